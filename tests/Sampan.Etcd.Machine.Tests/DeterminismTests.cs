using Google.Protobuf;
using Sampan.Protocol.Etcd;

namespace Sampan.Etcd.Machine.Tests;

/// <summary>Purpose: whatever the commands, replicas stay equal, and no bytes bring one down.</summary>
public sealed class DeterminismTests
{
    private const int Commands = 1_000;

    /// <summary>The seeds.</summary>
    public static TheoryData<ulong> Seeds { get; } = [.. Enumerable.Range(1, 12).Select(seed => (ulong)seed)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Equal_commands_give_equal_results_hashes_and_snapshots(ulong seed)
    {
        var one = new MachineUnderTest();
        var two = new MachineUnderTest();
        var silent = new MachineUnderTest();
        var late = new MachineUnderTest();
        var commands = new RandomCommands(seed);
        var batch = new List<byte[]>();
        for (var i = 0; i < Commands; i++)
        {
            var command = commands.Next();
            Assert.Equal(one.Apply(command), two.Apply(command));

            // One that nobody asks, in batches; compaction therefore goes in other steps, which nobody may notice.
            batch.Add(command);
            if (i % 7 == 0)
            {
                silent.Replay(batch);
                batch.Clear();
            }

            one.Read(EtcdCodec.Encode(EtcdQueryKind.CompactionStep, []));
            if (i == Commands / 2)
            {
                late.Install(one.Snapshot());
            }
            else if (i > Commands / 2)
            {
                late.Apply(command);
            }
        }

        silent.Replay(batch);
        var snapshot = one.Snapshot().Bytes;
        foreach (var other in new[] { two, silent, late })
        {
            Assert.Equal(one.Hash(), other.Hash());
            Assert.Equal(snapshot, other.Snapshot().Bytes);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Revisions_rise_by_one_with_every_change(ulong seed)
    {
        var machine = new MachineUnderTest();
        var commands = new RandomCommands(seed);
        var revision = 1L;
        for (var i = 0; i < Commands; i++)
        {
            var before = machine.Hash();
            machine.Apply(commands.Next());
            Assert.Equal(EtcdError.None, machine.Read<StatusResponse>(
                EtcdQueryKind.Status, new StatusRequest(), out var status));
            Assert.InRange(status.Header.Revision, revision, revision + 1);
            if (status.Header.Revision > revision)
            {
                Assert.NotEqual(before, machine.Hash());
            }

            revision = status.Header.Revision;
        }

        Assert.True(revision > Commands / 4);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Responses_are_what_the_generated_code_would_write(ulong seed)
    {
        var machine = new MachineUnderTest();
        var requests = new RandomCommands(seed);
        for (var i = 0; i < Commands; i++)
        {
            var put = EtcdCodec.Encode(EtcdCommandKind.Put, requests.Put().ToByteArray());
            Same(machine.Apply(put), PutResponse.Parser);
            var range = EtcdCodec.Encode(EtcdQueryKind.Range, requests.Range().ToByteArray());
            Same(machine.Read(range), RangeResponse.Parser);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Fields_read_in_place_are_those_of_the_generated_parser(ulong seed)
    {
        var requests = new RandomCommands(seed);
        var inPlace = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = requests.Put().ToByteArray();
            bytes = i % 2 == 0 ? bytes : requests.Damaged(bytes);
            if (PutFields.TryRead(bytes, out var put))
            {
                inPlace++;
                var parsed = PutRequest.Parser.ParseFrom(bytes);
                Assert.True(put.Key.SequenceEqual(parsed.Key.Span) && put.Value.SequenceEqual(parsed.Value.Span));
                Assert.Equal(
                    (parsed.Lease, parsed.PrevKv, parsed.IgnoreValue, parsed.IgnoreLease),
                    (put.Lease, put.PrevKv, put.IgnoreValue, put.IgnoreLease));
            }

            bytes = requests.Range().ToByteArray();
            bytes = i % 2 == 0 ? bytes : requests.Damaged(bytes);
            if (RangeFields.TryRead(bytes, out var range))
            {
                inPlace++;
                var parsed = RangeRequest.Parser.ParseFrom(bytes);
                Assert.True(range.Key.SequenceEqual(parsed.Key.Span));
                Assert.Equal(
                    new RangeRequest
                    {
                        Key = parsed.Key,
                        Limit = parsed.Limit,
                        Serializable = range.Serializable,
                        KeysOnly = range.KeysOnly,
                        CountOnly = range.CountOnly,
                    },
                    parsed);
            }
        }

        Assert.True(inPlace > 10_000, $"only {inPlace} were read in place");
    }

    private static void Same<T>(byte[] result, MessageParser<T> parser)
        where T : IMessage<T>
    {
        var error = EtcdCodec.Decode(result, out var response);
        if (error == EtcdError.None)
        {
            Assert.Equal(parser.ParseFrom(response.Span).ToByteArray(), response.ToArray());
        }
        else
        {
            Assert.Equal(0, response.Length);
        }
    }
}
