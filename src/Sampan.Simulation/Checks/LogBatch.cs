using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Simulation.Checks;

/// <summary>What a log was given to write at once.</summary>
internal sealed record LogBatch
{
    /// <summary>Of replicas, those that need a write.</summary>
    public required IReadOnlyList<PersistTask> Tasks { get; init; }

    /// <summary>Of the store.</summary>
    public required IReadOnlyList<StoreRecord> Records { get; init; }

    /// <inheritdoc/>
    public override string ToString() => string.Join(
        "; ",
        Tasks.Select(Describe).Concat(Records.Select(record => $"{record.Kind} {record.Group} {record.Replica}")));

    private static string Describe(PersistTask task)
    {
        var entries = task.Entries.Count == 0
            ? string.Empty
            : $" entries {task.Entries[0].Id} to {task.Entries[^1].Id}";
        return $"group {task.Group} #{task.Number} {task.HardState}{entries} {task.Snapshot}";
    }
}
