using System.Buffers.Binary;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Simulation.Tests.LostMajority;

/// <summary>Keeps every value that it was given, with the index and term of its entry.</summary>
internal sealed class HistoryMachine : IStateMachine
{
    private const int PlaceBytes = 24;
    private const string FileName = "history";

    private readonly List<HistoryPlace> _places = [];

    /// <summary>What it has applied, by ascending index.</summary>
    public IReadOnlyList<HistoryPlace> Places => _places;

    /// <inheritdoc/>
    public ulong AppliedIndex => 0;

    /// <summary>The command that adds a value.</summary>
    public static byte[] Encode(ulong value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return bytes;
    }

    /// <inheritdoc/>
    public void Apply(ApplyContext context, ReadOnlySpan<Command> commands)
    {
        foreach (var command in commands)
        {
            var value = BinaryPrimitives.ReadUInt64LittleEndian(command.Payload.Span);
            _places.Add(new HistoryPlace(command.Position.Index, command.Position.Term, value));
        }
    }

    /// <inheritdoc/>
    public void Read(ReadContext context, ReadOnlyMemory<byte> query) => context.Return(Encode((ulong)_places.Count));

    /// <inheritdoc/>
    public ISnapshotWriter BeginSnapshot() => new Writer([.. _places]);

    /// <inheritdoc/>
    public void Install(ISnapshotSource snapshot)
    {
        var bytes = new byte[snapshot.Files[0].LengthBytes];
        snapshot.Read(FileName, 0, bytes);
        _places.Clear();
        for (var at = 0; at < bytes.Length; at += PlaceBytes)
        {
            _places.Add(new HistoryPlace(Number(bytes, at), Number(bytes, at + 8), Number(bytes, at + 16)));
        }
    }

    private static ulong Number(byte[] bytes, int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(at));

    private sealed class Writer(HistoryPlace[] places) : ISnapshotWriter
    {
        public bool WriteNext(ISnapshotSink sink)
        {
            sink.BeginFile(FileName);
            foreach (var place in places)
            {
                sink.Write(Encode(place.Index));
                sink.Write(Encode(place.Term));
                sink.Write(Encode(place.Value));
            }

            return false;
        }

        public void Dispose()
        {
        }
    }
}
