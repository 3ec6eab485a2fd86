using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.MultiRaft.Applying;

/// <summary>A state machine as a user's factory made it, or why it did not.</summary>
/// <param name="Machine">The machine; in the place of one that failed one that is never called.</param>
/// <param name="AppliedIndex">What it has applied durably.</param>
/// <param name="Failure">Why its group is stopped on this store; null if it is not.</param>
internal readonly record struct CreatedMachine(IStateMachine Machine, ulong AppliedIndex, string? Failure)
{
    /// <summary>The machine of a group.</summary>
    public static CreatedMachine By(IStateMachineFactory machines, GroupId group)
    {
        var created = Failed("its state machine is missing");
        var thrown = MachineCall.Try((machines, group), given =>
        {
            var machine = given.machines.Create(given.group);
            created = new CreatedMachine(machine, machine.AppliedIndex, null);
        });
        return thrown is null ? created : Failed($"its state machine could not be made: {thrown.Message}");
    }

    /// <summary>There is no machine.</summary>
    public static CreatedMachine Failed(string reason) => new(new MissingMachine(), 0, reason);

    private sealed class MissingMachine : IStateMachine
    {
        public ulong AppliedIndex => 0;

        public void Apply(ApplyContext context, ReadOnlySpan<Command> commands) => throw Missing;

        public void Read(ReadContext context, ReadOnlyMemory<byte> query) => throw Missing;

        public ISnapshotWriter BeginSnapshot() => throw Missing;

        public void Install(ISnapshotSource snapshot) => throw Missing;

        private static InvalidOperationException Missing => new("there is no state machine");
    }
}
