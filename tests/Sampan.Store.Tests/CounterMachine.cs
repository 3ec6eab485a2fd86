using System.Buffers.Binary;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Store.Tests;

/// <summary>Adds up numbers.</summary>
internal sealed class CounterMachine : IStateMachine
{
    private long _sum;

    public ulong AppliedIndex => 0;

    public long Sum => _sum;

    public static byte[] Encode(long number)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        return bytes;
    }

    public static long Decode(ReadOnlyMemory<byte> bytes) => BinaryPrimitives.ReadInt64LittleEndian(bytes.Span);

    public void Apply(ApplyContext context, ReadOnlySpan<Command> commands)
    {
        for (var i = 0; i < commands.Length; i++)
        {
            _sum += Decode(commands[i].Payload);
            context.SetResult(i, Encode(_sum));
        }
    }

    public void Read(ReadContext context, ReadOnlyMemory<byte> query) => context.Return(Encode(_sum));

    public ISnapshotWriter BeginSnapshot() => new Writer(_sum);

    public void Install(ISnapshotSource snapshot)
    {
        var bytes = new byte[8];
        snapshot.Read("sum", 0, bytes);
        _sum = Decode(bytes);
    }

    private sealed class Writer(long sum) : ISnapshotWriter
    {
        public bool WriteNext(ISnapshotSink sink)
        {
            sink.BeginFile("sum");
            sink.Write(Encode(sum));
            return false;
        }

        public void Dispose()
        {
        }
    }
}
