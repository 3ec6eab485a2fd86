using Sampan.Base;
using Sampan.Io;

namespace Sampan.Testing.Files;

/// <summary>
/// A file system in memory that forgets at a crash what was not synced, and fails where a test wants it to.
/// <para>
/// It knows apart what users see, what is sure to survive, and what may. A power failure (<see cref="Crash(Prng)"/>)
/// keeps all synced bytes and names, and of the rest any subset that a disk with a journaling file system could leave:
/// each sector as it was at some moment since the last sync, perhaps torn at any byte; the length old, new or between;
/// creations, renames and deletions undone one by one, but no rename by half. A process that merely dies
/// (<see cref="Kill()"/>) loses nothing that it had written.
/// </para>
/// <para>
/// A sync that fails loses what it was to write: some of it never reaches the disk, and a later sync says nothing about
/// it, as on Linux. All draws follow from the seed and the number of the call. One thread. Paths are separated by
/// slashes; relative ones begin at the root.
/// </para>
/// </summary>
public sealed partial class SimulatedFileSystem : IFileSystem
{
    private readonly ulong _seed;
    private readonly long[] _counts = new long[Enum.GetValues<FileCallKind>().Length];
    private readonly List<(FileFault Fault, long Left)> _faults = [];

    private StoredDirectory _root = new();
    private NameJournal _names = new();
    private long _crashAtCall = long.MaxValue;
    private CrashMoment _crashMoment;

    /// <summary>An empty disk; <paramref name="prng"/> gives the seed of all that it draws by itself.</summary>
    public SimulatedFileSystem(Prng prng)
        : this(prng.Next())
    {
    }

    private SimulatedFileSystem(ulong seed) => _seed = seed;

    /// <inheritdoc/>
    public IFile Open(string path, FileOpenMode mode)
    {
        var call = Enter(FileCallKind.Open, path);
        ThrowIfFailed(call);
        var name = Resolve(path, "open");
        var entry = name.Directory.Live.GetValueOrDefault(name.Name);
        if (mode == FileOpenMode.CreateNew)
        {
            if (entry is not null)
            {
                throw Failed(FileFailure.Exists, "open", path, "it exists already");
            }

            entry = Create(name, new StoredFile(), call);
        }

        var file = entry switch
        {
            StoredFile stored => new SimulatedFile(this, stored, path, mayWrite: mode != FileOpenMode.Read),
            null => throw Failed(FileFailure.NotFound, "open", path, "no such file"),
            _ => throw Failed(FileFailure.Denied, "open", path, "it is a directory"),
        };
        Leave(call);
        return file;
    }

    /// <inheritdoc/>
    public bool FileExists(string path) => Find(path) is StoredFile;

    /// <inheritdoc/>
    public bool DirectoryExists(string path) => Find(path) is StoredDirectory;

    /// <inheritdoc/>
    public void CreateDirectory(string path)
    {
        var call = Enter(FileCallKind.CreateDirectory, path);
        ThrowIfFailed(call);
        if (FindEntry(path) is { } entry)
        {
            if (entry is not StoredDirectory)
            {
                throw Failed(FileFailure.Exists, "mkdir", path, "a file has that name");
            }
        }
        else
        {
            Create(Resolve(path, "mkdir"), new StoredDirectory(), call);
        }

        Leave(call);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string path)
    {
        var call = Enter(FileCallKind.List, path);
        ThrowIfFailed(call);
        var names = FindDirectory(path, "list").Live.Keys.ToArray();
        Leave(call);
        return names;
    }

    /// <inheritdoc/>
    public void Rename(string from, string to)
    {
        var call = Enter(FileCallKind.Rename, from);
        ThrowIfFailed(call);
        var source = Resolve(from, "rename");
        var target = Resolve(to, "rename");
        var entry = source.Directory.Live.GetValueOrDefault(source.Name)
            ?? throw Failed(FileFailure.NotFound, "rename", from, "no such file or directory");
        var replaced = target.Directory.Live.GetValueOrDefault(target.Name);
        var fits = replaced is null || (entry is StoredFile) == (replaced is StoredFile);
        if (!fits || replaced is StoredDirectory { Live.Count: > 0 })
        {
            throw Failed(FileFailure.Exists, "rename", to, "a directory, or another kind of entry, has that name");
        }

        if (replaced != entry)
        {
            source.Directory.Live.Remove(source.Name);
            target.Directory.Live[target.Name] = entry;
            _names.Add(new NameChange
            {
                Kind = NameChangeKind.Rename,
                Times = call.Times,
                From = source,
                To = target,
                Entry = entry,
            });
        }

        Leave(call);
    }

    /// <inheritdoc/>
    public void DeleteFile(string path)
    {
        var call = Enter(FileCallKind.DeleteFile, path);
        ThrowIfFailed(call);
        switch (FindEntry(path))
        {
            case StoredFile file:
                Remove(Resolve(path, "unlink"), file, call);
                break;
            case StoredDirectory:
                throw Failed(FileFailure.Denied, "unlink", path, "it is a directory");
        }

        Leave(call);
    }

    /// <inheritdoc/>
    public void DeleteDirectory(string path)
    {
        var call = Enter(FileCallKind.DeleteDirectory, path);
        ThrowIfFailed(call);
        switch (FindEntry(path))
        {
            case StoredDirectory directory:
                var name = Resolve(path, "rmdir");
                var removals = new List<(DirectoryName Name, StoredEntry Entry)>();
                Collect(directory, removals);
                removals.Add((name, directory));
                var count = call.IsCutShort ? DrawOf(call).NextBelow(removals.Count) : removals.Count;
                removals[..count].ForEach(removal => Remove(removal.Name, removal.Entry, call));
                break;
            case StoredFile:
                throw Failed(FileFailure.NotFound, "rmdir", path, "it is a file");
        }

        Leave(call);
    }

    /// <inheritdoc/>
    public void SyncDirectory(string path)
    {
        var call = Enter(FileCallKind.SyncDirectory, path);
        var directory = FindDirectory(path, "fsync");
        if (call.Fault is not null)
        {
            _names.FailSync(directory, DrawOf(call));
        }
        else if (!call.IsCutShort)
        {
            _names.Sync(directory, call.Times, Floor);
        }

        Leave(call);
    }

    /// <inheritdoc/>
    public IDisposable? TryLock(string path)
    {
        var call = Enter(FileCallKind.TryLock, path);
        ThrowIfFailed(call);
        var name = Resolve(path, "lock");
        var entry = name.Directory.Live.GetValueOrDefault(name.Name) ?? Create(name, new StoredFile(), call);
        var file = entry as StoredFile ?? throw Failed(FileFailure.Denied, "lock", path, "it is a directory");
        var isFree = !file.IsLocked;
        file.IsLocked = true;
        Leave(call);
        return isFree ? new SimulatedLock(file) : null;
    }

    /// <summary>The bytes of a file as users see them; no call is counted or failed.</summary>
    public byte[] Peek(string path)
    {
        var file = FindEntry(path) as StoredFile
            ?? throw Failed(FileFailure.NotFound, "peek", path, "no such file");
        var bytes = new byte[file.Live.LengthBytes];
        file.Live.Read(0, bytes);
        return bytes;
    }

    /// <summary>
    /// The paths of all files (and of directories, with a slash behind), each after its directory, in ordinal order.
    /// </summary>
    public IReadOnlyList<string> Tree()
    {
        var paths = new List<string>();
        Walk(_root, string.Empty, (path, entry) => paths.Add(entry is StoredDirectory ? path + "/" : path));
        return paths;
    }

    private static void Walk(StoredDirectory directory, string prefix, Action<string, StoredEntry> visit)
    {
        foreach (var (name, entry) in directory.Live)
        {
            visit($"{prefix}/{name}", entry);
            if (entry is StoredDirectory inner)
            {
                Walk(inner, $"{prefix}/{name}", visit);
            }
        }
    }

    private static void Collect(StoredDirectory directory, List<(DirectoryName Name, StoredEntry Entry)> removals)
    {
        foreach (var (name, entry) in directory.Live)
        {
            if (entry is StoredDirectory inner)
            {
                Collect(inner, removals);
            }

            removals.Add((new DirectoryName(directory, name), entry));
        }
    }

    private static FileSystemException Failed(FileFailure failure, string operation, string path, string detail) =>
        new(failure, operation, path, detail);

    private static List<string> Split(string path) =>
        [.. path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part is not ".")];

    private StoredEntry? Find(string path)
    {
        var call = Enter(FileCallKind.Exists, path);
        ThrowIfFailed(call);
        var entry = FindEntry(path);
        Leave(call);
        return entry;
    }

    private StoredEntry? FindEntry(string path)
    {
        StoredEntry? entry = _root;
        foreach (var part in Split(path))
        {
            entry = (entry as StoredDirectory)?.Live.GetValueOrDefault(part);
        }

        return entry;
    }

    private StoredDirectory FindDirectory(string path, string operation) =>
        FindEntry(path) as StoredDirectory
        ?? throw Failed(FileFailure.NotFound, operation, path, "no such directory");

    private DirectoryName Resolve(string path, string operation)
    {
        var parts = Split(path);
        if (parts.Count == 0)
        {
            throw Failed(FileFailure.Denied, operation, path, "it is the root");
        }

        var parent = FindDirectory(string.Join('/', parts[..^1]), operation);
        return new DirectoryName(parent, parts[^1]);
    }

    private StoredEntry Create(DirectoryName name, StoredEntry entry, EnteredCall call)
    {
        name.Directory.Live.Add(name.Name, entry);
        _names.Add(new NameChange { Kind = NameChangeKind.Create, Times = call.Times, To = name, Entry = entry });
        return entry;
    }

    private void Remove(DirectoryName name, StoredEntry entry, EnteredCall call)
    {
        name.Directory.Live.Remove(name.Name);
        _names.Add(new NameChange { Kind = NameChangeKind.Delete, Times = call.Times, From = name, Entry = entry });
    }
}
