using System.Text;
using Google.Protobuf;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Protocol.Etcd;

namespace Sampan.Etcd.Machine.Tests;

/// <summary>
/// Purpose: the two most frequent requests cost what is kept and what is answered, and no objects beside.
/// </summary>
public sealed class AllocationTests
{
    private const int Rounds = 2_000;

    private readonly IStateMachine _machine =
        new EtcdMachineFactory(new EtcdMachineOptions { ClusterId = ulong.MaxValue, MemberId = ulong.MaxValue })
            .Create(EtcdGroup.Id);

    private readonly ApplyContext _context = new();
    private readonly Command[] _batch = new Command[1];
    private ulong _index;

    [Fact]
    public void A_put_allocates_the_version_it_keeps_and_its_answer()
    {
        var put = EtcdCodec.Encode(EtcdCommandKind.Put, new PutRequest
        {
            Key = ByteString.CopyFromUtf8("key"),
            Value = ByteString.CopyFrom(new byte[100]),
        }.ToByteArray());
        Measure(() => Apply(put, isWanted: true));

        // The record (32 + 100), the key, the key of the version before, their arrays' headers; the answer; tree nodes.
        Assert.InRange(Measure(() => Apply(put, isWanted: true)), 0, 480);
    }

    [Fact]
    public void A_read_of_one_key_allocates_its_answer()
    {
        var put = new PutRequest { Key = ByteString.CopyFromUtf8("key"), Value = ByteString.CopyFrom(new byte[100]) };
        Apply(EtcdCodec.Encode(EtcdCommandKind.Put, put.ToByteArray()), isWanted: false);
        var query = EtcdCodec.Encode(EtcdQueryKind.Range, new RangeRequest { Key = put.Key }.ToByteArray());
        var context = new ReadContext();
        Measure(Read);
        Assert.InRange(Measure(Read), 0, 200);

        void Read()
        {
            context.Begin(new LogId(3, _index));
            _machine.Read(context, query);
            Assert.True(context.Answer.Length > 100 + Encoding.UTF8.GetByteCount("key"));
        }
    }

    private static long Measure(Action action)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Rounds; i++)
        {
            action();
        }

        return (GC.GetAllocatedBytesForCurrentThread() - before) / Rounds;
    }

    private void Apply(byte[] command, bool isWanted)
    {
        _context.Begin(++_index, 0);
        _context.Add(isWanted);
        _batch[0] = new Command(new LogId(3, _index), 0, command);
        _machine.Apply(_context, _batch);
    }
}
