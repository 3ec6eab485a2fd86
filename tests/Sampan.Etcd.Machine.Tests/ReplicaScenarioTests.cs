using Google.Protobuf;
using Sampan.Protocol.Etcd;

namespace Sampan.Etcd.Machine.Tests;

/// <summary>
/// Purpose: replicas that came to the same commands on different ways answer the same (docs/scenarios.md).
/// </summary>
public sealed class ReplicaScenarioTests
{
    /// <summary>One has swept what was compacted, one has not begun, one came by a snapshot.</summary>
    [Fact]
    public void A_transaction_on_a_compacted_revision_is_the_same_everywhere_G7()
    {
        var swept = Filled();
        var lazy = Filled();
        var installed = new MachineUnderTest();
        installed.Install(lazy.Snapshot());
        for (var i = 0; i < 100; i++)
        {
            swept.Read(EtcdCodec.Encode(EtcdQueryKind.CompactionStep, []));
        }

        for (var revision = 1; revision < 12; revision++)
        {
            var command = EtcdCodec.Encode(EtcdCommandKind.Txn, new TxnRequest
            {
                Success =
                {
                    PutOp("b", $"{revision}"),
                    new RequestOp
                    {
                        RequestRange = new RangeRequest { Key = ByteString.CopyFromUtf8("a"), Revision = revision },
                    },
                },
            }.ToByteArray());
            var result = swept.Apply(command);
            Assert.Equal(result, lazy.Apply(command));
            Assert.Equal(result, installed.Apply(command));
            Assert.Equal(revision < 6 ? EtcdError.Compacted : EtcdError.None, EtcdCodec.Decode(result, out _));
        }

        Assert.Equal(swept.Hash(), lazy.Hash());
        Assert.Equal(swept.Hash(), installed.Hash());
        Assert.Equal(swept.Snapshot().Bytes, installed.Snapshot().Bytes);
    }

    [Fact]
    public void A_snapshot_leaves_nothing_of_what_was_there_before_O11()
    {
        var sender = new MachineUnderTest();
        sender.Put("m", "1");
        var receiver = Filled();
        receiver.Put("z", "1");
        receiver.Install(sender.Snapshot());
        Assert.Equal("m=1 of 1", receiver.Range(new RangeRequest
        {
            Key = ByteString.CopyFrom(0),
            RangeEnd = ByteString.CopyFrom(0),
        }));
        Assert.Equal(sender.Hash(), receiver.Hash());
    }

    /// <summary>Ten changes of one key, of which those before revision 6 are compacted.</summary>
    private static MachineUnderTest Filled()
    {
        var machine = new MachineUnderTest();
        for (var i = 0; i < 10; i++)
        {
            machine.Put("a", $"{i}");
        }

        machine.Apply<CompactionResponse>(EtcdCommandKind.Compaction, new CompactionRequest { Revision = 6 });
        return machine;
    }

    private static RequestOp PutOp(string key, string value) => new()
    {
        RequestPut = new PutRequest { Key = ByteString.CopyFromUtf8(key), Value = ByteString.CopyFromUtf8(value) },
    };
}
