using Sampan.Linearizability.Transactions;

namespace Sampan.Linearizability.Tests.Conformance;

/// <summary>
/// One line of the table of verdicts: which model a history has, how it starts, what came out elsewhere.
/// </summary>
internal sealed class VerdictRow
{
    /// <summary>The table, beside the folders of histories.</summary>
    public const string FileName = "verdicts.tsv";

    private VerdictRow(string[] columns)
    {
        File = columns[0];
        // "etcd-register(read,write,cas)", "kv(get,put,append) partition by key": what follows the name is for people.
        Model = columns[1].Split(['(', ' '], 2)[0];
        Initial = columns[2];
        var verdict = columns[3].Split(": ");
        Level = verdict.Length == 2 ? LevelOf(verdict[0]) : ConsistencyLevel.StrictSerializable;
        IsGood = verdict[^1] switch
        {
            "linearizable" or "valid" => true,
            "NOT" or "INVALID" => false,
            _ => throw new FormatException($"{File}: unknown verdict {columns[3]}"),
        };
    }

    /// <summary>The history, relative to the table.</summary>
    public string File { get; }

    /// <summary>The model's name.</summary>
    public string Model { get; }

    /// <summary>How the object starts.</summary>
    public string Initial { get; }

    /// <summary>What a transactional history was asked for.</summary>
    public ConsistencyLevel Level { get; }

    /// <summary>What came out.</summary>
    public bool IsGood { get; }

    /// <summary>All rows; none where there is no table.</summary>
    public static IReadOnlyList<VerdictRow> ReadAll() => ConformanceFolder.Histories is { } folder
        ? [.. System.IO.File.ReadLines(Path.Combine(folder, FileName))
            .Skip(1)
            .Where(line => line.Trim().Length > 0)
            .Select(line => new VerdictRow(line.Split('\t')))]
        : [];

    private static ConsistencyLevel LevelOf(string name) => name switch
    {
        "strict-serializable" => ConsistencyLevel.StrictSerializable,
        "strong-session-serializable" => ConsistencyLevel.StrongSessionSerializable,
        "serializable" => ConsistencyLevel.Serializable,
        "snapshot-isolation" => ConsistencyLevel.SnapshotIsolation,
        "read-committed" => ConsistencyLevel.ReadCommitted,
        "read-uncommitted" => ConsistencyLevel.ReadUncommitted,
        _ => throw new FormatException($"unknown level {name}"),
    };
}
