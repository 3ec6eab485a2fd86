using System.Buffers;
using System.Buffers.Binary;
using Sampan.MultiRaft.Abstractions;
using Sampan.Mvcc;

namespace Sampan.Etcd.Machine;

/// <summary>Writes a frozen state, a part at a time.</summary>
internal sealed class EtcdSnapshotWriter : ISnapshotWriter
{
    private const int PartBytes = 256 * 1024;

    private readonly MvccView _view;
    private readonly IReadOnlyList<byte[]> _members;
    private readonly IEnumerator<StoredPair> _pairs;
    private readonly ArrayBufferWriter<byte> _part = new(PartBytes);
    private bool _hasBegun;
    private long _count;

    /// <summary>A writer of this view, which it disposes.</summary>
    public EtcdSnapshotWriter(MvccView view, IReadOnlyList<byte[]> members)
    {
        _view = view;
        _members = members;
        _pairs = view.Pairs().GetEnumerator();
    }

    /// <inheritdoc/>
    public bool WriteNext(ISnapshotSink sink)
    {
        if (!_hasBegun)
        {
            _hasBegun = true;
            sink.BeginFile(EtcdSnapshotFormat.FileName);
            AddHeader();
        }

        var more = true;
        while (more && _part.WrittenCount < PartBytes)
        {
            more = _pairs.MoveNext();
            if (more)
            {
                Add(_pairs.Current);
            }
        }

        if (!more)
        {
            var end = _part.GetSpan(9);
            end[0] = EtcdSnapshotFormat.End;
            BinaryPrimitives.WriteInt64LittleEndian(end[1..], _count);
            _part.Advance(9);
        }

        sink.Write(_part.WrittenSpan);
        _part.ResetWrittenCount();
        return more;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _pairs.Dispose();
        _view.Dispose();
    }

    private void AddHeader()
    {
        var header = _part.GetSpan(EtcdSnapshotFormat.HeaderBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(header, EtcdSnapshotFormat.Magic);
        BinaryPrimitives.WriteInt64LittleEndian(header[8..], _view.Revision);
        BinaryPrimitives.WriteInt64LittleEndian(header[16..], _view.CompactRevision);
        BinaryPrimitives.WriteInt32LittleEndian(header[24..], _members.Count);
        _part.Advance(EtcdSnapshotFormat.HeaderBytes);
        foreach (var member in _members)
        {
            BinaryPrimitives.WriteInt32LittleEndian(_part.GetSpan(4), member.Length);
            _part.Advance(4);
            _part.Write(member);
        }
    }

    private void Add(in StoredPair pair)
    {
        var header = _part.GetSpan(EtcdSnapshotFormat.PairHeaderBytes);
        header[0] = pair.IsHistory ? EtcdSnapshotFormat.History : EtcdSnapshotFormat.Live;
        BinaryPrimitives.WriteInt32LittleEndian(header[1..], pair.Key.Length);
        BinaryPrimitives.WriteInt32LittleEndian(header[5..], pair.Value.Length);
        _part.Advance(EtcdSnapshotFormat.PairHeaderBytes);
        _part.Write(pair.Key);
        _part.Write(pair.Value);
        _count++;
    }
}
