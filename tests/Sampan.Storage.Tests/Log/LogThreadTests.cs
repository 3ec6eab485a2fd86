using Sampan.Base;
using Sampan.Io;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Storage.Log;

namespace Sampan.Storage.Tests.Log;

/// <summary>
/// Purpose: entries are read by one thread while another appends, overwrites, compacts, forwards and recycles; what is
/// read is an entry that was written at that place, whole, or nothing.
/// </summary>
public sealed class LogThreadTests : IDisposable
{
    private const int Rounds = 300;
    private const ulong Kept = 24;
    private const int Idle = 5;

    private static readonly GroupId _idle = new(1);
    private static readonly GroupId _busy = new(2);

    private readonly string _folder = Directory.CreateTempSubdirectory("sampan-log-").FullName;

    [Fact]
    public void Reading_beside_appending_finds_what_was_written_or_nothing()
    {
        var files = new OsFileSystem();
        var folder = Path.Combine(_folder, "log");
        using var log = SegmentedLog.Open(files, folder, LogScripts.Options, out _);
        log.Append(LogScripts.Create(_idle.Value));
        log.Append(LogScripts.Create(_busy.Value));
        log.Append(LogBatch.Of(LogScripts.Entries(_idle.Value, term: 1, first: 1, Idle)));
        using var reader = new Reader(log);
        reader.Start();
        WriteRounds(log, reader, firstRound: 1, last: 0);
        reader.Stop();

        Assert.Empty(reader.Complaints);
        Assert.True(reader.EntriesRead > 0);
        // Otherwise nothing was recycled or forwarded below the reader.
        var newest = files.List(folder).Where(name => name.EndsWith(".log", StringComparison.Ordinal)).Max();
        Assert.True(Convert.ToUInt64(newest?[..16], 16) > 50, $"{newest} is the newest segment");
        Assert.InRange(log.SegmentCount, 1, 12);
    }

    /// <summary>
    /// A reader stands still in the middle of a read while the log rolls on: its segment waits for it, and goes then.
    /// </summary>
    [Fact]
    public void A_segment_that_is_being_read_is_not_recycled()
    {
        using var files = new GatedFiles(new OsFileSystem());
        using var log = SegmentedLog.Open(files, Path.Combine(_folder, "log"), LogScripts.Options, out _);
        log.Append(LogScripts.Create(_idle.Value));
        log.Append(LogScripts.Create(_busy.Value));
        log.Append(LogBatch.Of(LogScripts.Entries(_idle.Value, term: 1, first: 1, Idle)));
        using var reader = new Reader(log);
        files.Hold(reader.Thread);
        reader.Start();
        files.AwaitReader();
        var last = WriteRounds(log, reader: null, firstRound: 1, last: 0);
        Assert.True(log.SegmentCount > 50, $"{log.SegmentCount} segments wait for the reader");
        files.LetGo();
        reader.AwaitTurn();
        reader.Stop();
        Assert.Empty(reader.Complaints);

        WriteRounds(log, reader: null, firstRound: Rounds + 1, last);
        Assert.InRange(log.SegmentCount, 1, 12);
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static ulong WriteRounds(SegmentedLog log, Reader? reader, int firstRound, ulong last)
    {
        for (var round = firstRound; round < firstRound + Rounds; round++)
        {
            // Every fourth round a new leader overwrites the last two entries.
            var first = round % 4 == 0 ? last - 1 : last + 1;
            log.Append(LogBatch.Of(LogScripts.Entries(_busy.Value, TermOf(round), first, count: 4, bytes: 2000)));
            last = first + 3;
            if (last > Kept)
            {
                log.Append(LogBatch.Of(new StoreRecord
                {
                    Kind = StoreRecordKind.CompactionMark,
                    Group = _busy,
                    CompactedTo = new LogId(1, last - Kept),
                }));
            }

            reader?.Written(last);
            log.PrepareSpares();
            // The reader is never left so far behind that it would read nothing but what is gone.
            reader?.AwaitTurn();
        }

        return last;
    }

    private static ulong TermOf(int round) => (ulong)(round / 4) + 1;

    /// <summary>A thread that reads until it is told to stop; each of its turns is bounded.</summary>
    private sealed class Reader : IDisposable
    {
        private readonly SegmentedLog _log;
        private readonly SemaphoreSlim _turns = new(0);
        private readonly List<Entry> _entries = [];
        private readonly Prng _prng = new(5);
        private ulong _last;
        private bool _stopped;

        public Reader(SegmentedLog log)
        {
            _log = log;
            Thread = new Thread(Run);
        }

        public Thread Thread { get; }

        public List<string> Complaints { get; } = [];

        public long EntriesRead { get; private set; }

        public void Start() => Thread.Start();

        public void Written(ulong last) => Volatile.Write(ref _last, last);

        public void AwaitTurn() => _turns.Wait();

        public void Stop()
        {
            Volatile.Write(ref _stopped, true);
            Thread.Join();
        }

        public void Dispose() => _turns.Dispose();

        private void Run()
        {
            while (!Volatile.Read(ref _stopped))
            {
                try
                {
                    ReadIdle();
                    ReadBusy();
                }
                catch (Exception exception) when (exception is StorageDamagedException or InvariantViolationException)
                {
                    Complaints.Add(exception.Message);
                }

                _turns.Release();
            }
        }

        // These are forwarded again and again and never gone.
        private void ReadIdle()
        {
            Read(_idle, new IndexRange(1, Idle + 1));
            if (_entries.Count != Idle)
            {
                Complaints.Add($"{_entries.Count} of {Idle} entries of the idle group were found");
            }
        }

        private void ReadBusy()
        {
            var last = Volatile.Read(ref _last);
            var first = last > Kept ? last - (ulong)_prng.NextBelow((int)Kept) : 1;
            Read(_busy, new IndexRange(first, first + Kept));
        }

        private void Read(GroupId group, IndexRange range)
        {
            _entries.Clear();
            _log.Read(group, range, bytesMax: 64 * 1024, _entries);
            EntriesRead += _entries.Count;
            var next = range.FirstIndex;
            foreach (var entry in _entries)
            {
                var isRight = entry.Index == next && entry.Payload.Span.SequenceEqual(Expected(group, entry));
                if (!isRight && Complaints.Count < 20)
                {
                    Complaints.Add($"entry {entry.Id} of group {group} came in the place of {next}, or damaged");
                }

                next++;
            }
        }

        private static byte[] Expected(GroupId group, Entry entry)
        {
            var payload = new byte[entry.Payload.Length];
            new Prng((group.Value << 32) + (entry.Term << 16) + entry.Index).Fill(payload);
            return payload;
        }
    }

    /// <summary>Real files; one thread's first read stands still until it is let go.</summary>
    private sealed class GatedFiles(IFileSystem files) : IFileSystem, IDisposable
    {
        private readonly ManualResetEventSlim _arrived = new();
        private readonly ManualResetEventSlim _gate = new();
        private Thread? _held;

        public void Hold(Thread thread) => _held = thread;

        public void AwaitReader() => _arrived.Wait();

        public void LetGo() => _gate.Set();

        public IFile Open(string path, FileOpenMode mode) => new GatedFile(files.Open(path, mode), this);

        public bool FileExists(string path) => files.FileExists(path);

        public bool DirectoryExists(string path) => files.DirectoryExists(path);

        public void CreateDirectory(string path) => files.CreateDirectory(path);

        public IReadOnlyList<string> List(string path) => files.List(path);

        public void Rename(string from, string to) => files.Rename(from, to);

        public void DeleteFile(string path) => files.DeleteFile(path);

        public void DeleteDirectory(string path) => files.DeleteDirectory(path);

        public void SyncDirectory(string path) => files.SyncDirectory(path);

        public IDisposable? TryLock(string path) => files.TryLock(path);

        public void Dispose()
        {
            _arrived.Dispose();
            _gate.Dispose();
        }

        private void Pass()
        {
            if (Thread.CurrentThread == _held)
            {
                _arrived.Set();
                _gate.Wait();
            }
        }

        private sealed class GatedFile(IFile file, GatedFiles owner) : IFile
        {
            public long LengthBytes => file.LengthBytes;

            public int Read(long offsetBytes, Span<byte> into)
            {
                owner.Pass();
                return file.Read(offsetBytes, into);
            }

            public void Write(long offsetBytes, ReadOnlySpan<byte> from) => file.Write(offsetBytes, from);

            public void SetLength(long lengthBytes) => file.SetLength(lengthBytes);

            public void SyncData() => file.SyncData();

            public void Sync() => file.Sync();

            public void Dispose() => file.Dispose();
        }
    }
}
