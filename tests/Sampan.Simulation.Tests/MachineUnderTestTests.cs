using System.Buffers.Binary;
using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Simulation.Tests;

/// <summary>
/// Purpose: a user's state machine meets every fault of the simulation, and one that is not deterministic, or whose
/// snapshots forget something, is found out with a sentence that says so.
/// </summary>
public sealed class MachineUnderTestTests
{
    private const ulong SeedsMax = 30;

    [Fact]
    public void A_deterministic_machine_passes() => Assert.Null(Find(() => new Counter()));

    [Fact]
    public void A_machine_whose_results_follow_its_own_identity_is_found()
    {
        var count = 0;
        var failure = Find(() => new Counter { Salt = ++count });
        Assert.Contains("the result of the command", failure, StringComparison.Ordinal);
        Assert.Contains("not deterministic", failure, StringComparison.Ordinal);
    }

    [Fact]
    public void A_machine_whose_snapshot_forgets_is_found() => Assert.Contains(
        "a snapshot does not hold all of its state",
        Find(() => new Counter { ForgetsCount = true }),
        StringComparison.Ordinal);

    [Fact]
    public void A_machine_that_throws_is_found_with_the_exception()
    {
        var failure = Find(() => new Counter { ThrowsAt = 20 });
        Assert.Contains("Apply of the state machine on store", failure, StringComparison.Ordinal);
        Assert.Contains("twenty is too many", failure, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_that_contradict_each_other_are_refused_by_name()
    {
        var options = new SimulationOptions { Seed = 1, Machine = Under(() => new Counter()) };
        var refusal = Assert.Throws<ArgumentException>(
            () => ClusterSimulation.Run(options with { Workload = SimulatedWorkload.Etcd }));
        Assert.Equal("Workload", refusal.ParamName);
        var machine = Under(() => new Counter()) with { CompareEvery = 0 };
        refusal = Assert.Throws<ArgumentException>(() => ClusterSimulation.Run(options with { Machine = machine }));
        Assert.Equal("Machine.CompareEvery", refusal.ParamName);
    }

    private static string? Find(Func<IStateMachine> create)
    {
        try
        {
            for (var seed = 1UL; seed <= SeedsMax; seed++)
            {
                ClusterSimulation.Run(new SimulationOptions { Seed = seed, Machine = Under(create) });
            }

            return null;
        }
        catch (SimulationFailedException failure)
        {
            return failure.Message;
        }
    }

    private static MachineUnderTest Under(Func<IStateMachine> create) => new()
    {
        Machines = () => new Factory(create),
        NextCommand = prng => BitConverter.GetBytes(prng.Next()),
        NextQuery = _ => new byte[] { 1 },
    };

    private sealed class Factory(Func<IStateMachine> create) : IStateMachineFactory
    {
        public IStateMachine Create(GroupId group) => create();

        public void Delete(GroupId group)
        {
        }
    }

    /// <summary>Adds numbers up, and counts them.</summary>
    private sealed class Counter : IStateMachine
    {
        private long _sum;
        private long _count;

        public long Salt { get; init; }

        public bool ForgetsCount { get; init; }

        public long ThrowsAt { get; init; } = long.MaxValue;

        public ulong AppliedIndex => 0;

        public void Apply(ApplyContext context, ReadOnlySpan<Command> commands)
        {
            for (var i = 0; i < commands.Length; i++)
            {
                _sum += BinaryPrimitives.ReadInt64LittleEndian(commands[i].Payload.Span);
                _count++;
                if (_count >= ThrowsAt)
                {
                    throw new InvalidOperationException("twenty is too many");
                }

                context.SetResult(i, BitConverter.GetBytes(_sum + Salt));
            }
        }

        public void Read(ReadContext context, ReadOnlyMemory<byte> query) => context.Return(State());

        public ISnapshotWriter BeginSnapshot() => new Writer(State());

        public void Install(ISnapshotSource snapshot)
        {
            var bytes = new byte[16];
            Assert.Equal(bytes.Length, snapshot.Read(Assert.Single(snapshot.Files).Name, 0, bytes));
            _sum = BinaryPrimitives.ReadInt64LittleEndian(bytes);
            _count = ForgetsCount ? 0 : BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(8));
        }

        private byte[] State() => [.. BitConverter.GetBytes(_sum), .. BitConverter.GetBytes(_count)];
    }

    private sealed class Writer(byte[] state) : ISnapshotWriter
    {
        public bool WriteNext(ISnapshotSink sink)
        {
            sink.BeginFile("counter");
            sink.Write(state);
            return false;
        }

        public void Dispose()
        {
        }
    }
}
