using System.Buffers.Binary;
using Google.Protobuf;
using Sampan.MultiRaft.Abstractions;
using Sampan.Mvcc;
using Sampan.Protocol.Etcd;

namespace Sampan.Etcd.Machine;

/// <summary>
/// Reads a snapshot into a machine. Anything that <see cref="EtcdSnapshotWriter"/> would not have written throws
/// <see cref="StorageDamagedException"/>.
/// </summary>
internal sealed class EtcdSnapshotReader
{
    private const int BufferBytes = 1024 * 1024;

    private readonly ISnapshotSource _source;
    private readonly long _lengthBytes;
    private byte[] _buffer = new byte[BufferBytes];
    private int _start;
    private int _end;
    private long _read;

    /// <summary>A reader of this snapshot.</summary>
    public EtcdSnapshotReader(ISnapshotSource source)
    {
        _source = source;
        if (source.Files.Count != 1 || !string.Equals(
                source.Files[0].Name, EtcdSnapshotFormat.FileName, StringComparison.Ordinal))
        {
            throw Damaged("it does not consist of the one file that it should");
        }

        _lengthBytes = source.Files[0].LengthBytes;
    }

    /// <summary>Replaces what the store and the members hold.</summary>
    public void Read(MvccStore store, SortedDictionary<ulong, Member> members)
    {
        var header = Take(EtcdSnapshotFormat.HeaderBytes).Span;
        if (BinaryPrimitives.ReadUInt64LittleEndian(header) != EtcdSnapshotFormat.Magic)
        {
            throw Damaged("it does not begin as one, or is of another version");
        }

        var revision = BinaryPrimitives.ReadInt64LittleEndian(header[8..]);
        var compactRevision = BinaryPrimitives.ReadInt64LittleEndian(header[16..]);
        var memberCount = BinaryPrimitives.ReadInt32LittleEndian(header[24..]);
        if (revision < 1 || compactRevision < 0 || compactRevision > revision || memberCount < 0)
        {
            throw Damaged($"its revisions are {revision} and {compactRevision}, its members {memberCount}");
        }

        members.Clear();
        for (var i = 0; i < memberCount; i++)
        {
            ReadMember(members);
        }

        store.BeginRestore(revision, compactRevision);
        ReadPairs(store);
        if (_read != _lengthBytes || _start != _end)
        {
            throw Damaged("something follows its end");
        }
    }

    private void ReadMember(SortedDictionary<ulong, Member> members)
    {
        try
        {
            var member = Member.Parser.ParseFrom(Take(ReadLength(Take(4).Span)).Span);
            members.Add(member.ID, member);
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new StorageDamagedException("the snapshot is damaged: a member cannot be read", exception);
        }
    }

    private void ReadPairs(MvccStore store)
    {
        byte[] last = [];
        var lastKind = EtcdSnapshotFormat.Live;
        for (var count = 0L; ; count++)
        {
            var header = Take(EtcdSnapshotFormat.PairHeaderBytes).Span;
            var kind = header[0];
            if (kind == EtcdSnapshotFormat.End)
            {
                if (BinaryPrimitives.ReadInt64LittleEndian(header[1..]) != count)
                {
                    throw Damaged($"it holds {count} pairs, which is not what it says");
                }

                return;
            }

            var keyBytes = ReadLength(header[1..]);
            var valueBytes = ReadLength(header[5..]);
            var key = Take(keyBytes).ToArray();
            var value = Take(valueBytes).ToArray();
            var isInOrder = kind == lastKind
                ? count == 0 || last.AsSpan().SequenceCompareTo(key) < 0
                : kind == EtcdSnapshotFormat.History && lastKind == EtcdSnapshotFormat.Live;
            if (!isInOrder || !store.Restore(new StoredPair(kind == EtcdSnapshotFormat.History, key, value)))
            {
                throw Damaged($"pair {count} cannot be one");
            }

            last = key;
            lastKind = kind;
        }
    }

    private int ReadLength(ReadOnlySpan<byte> bytes)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        return length >= 0 && length <= _lengthBytes ? length : throw Damaged($"a length is {length}");
    }

    // The next bytes, valid until the next call.
    private ReadOnlyMemory<byte> Take(int count)
    {
        while (_end - _start < count)
        {
            Fill(count);
        }

        var taken = _buffer.AsMemory(_start, count);
        _start += count;
        return taken;
    }

    private void Fill(int count)
    {
        if (_read == _lengthBytes)
        {
            throw Damaged("it ends too early");
        }

        if (count > _buffer.Length)
        {
            Array.Resize(ref _buffer, count);
        }

        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        var got = _source.Read(EtcdSnapshotFormat.FileName, _read, _buffer.AsSpan(_end));
        if (got == 0)
        {
            throw Damaged("it ends too early");
        }

        _read += got;
        _end += got;
    }

    private static StorageDamagedException Damaged(string what) => new($"the snapshot is damaged: {what}");
}
