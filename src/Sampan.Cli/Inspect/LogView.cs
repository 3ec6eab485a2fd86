using System.Globalization;
using Sampan.Cli.Commands;
using Sampan.Etcd.Machine;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Storage.Log;
using Spectre.Console;

namespace Sampan.Cli.Inspect;

/// <summary>What a log holds: a table for each group, and its last entries where they are asked for.</summary>
internal sealed class LogView
{
    private readonly LogContents _log;
    private readonly IAnsiConsole _console;

    /// <summary>A view of this log.</summary>
    public LogView(LogContents log, IAnsiConsole console)
    {
        _log = log;
        _console = console;
    }

    /// <summary>Shows everything.</summary>
    public void Show(ulong entriesMax)
    {
        foreach (var remark in _log.Remarks)
        {
            _console.WriteLine($"Remark: {remark}");
        }

        if (_log.Groups.Count == 0)
        {
            _console.WriteLine("The log holds no group.");
        }

        foreach (var group in _log.Groups)
        {
            ShowGroup(group);
            if (entriesMax > 0)
            {
                ShowEntries(group, entriesMax);
            }
        }

        ShowRecords();
    }

    private void ShowGroup(RecoveredGroup group)
    {
        var first = group.Base.Index + 1;
        var isEmpty = group.LastIndex < first;
        var table = Printing.Table($"group {group.Group}", string.Empty);
        table.AddTexts("replica here", group.Replica == ReplicaId.None ? "none" : Printing.Id(group.Replica.Value));
        table.AddTexts("replicas up to this are gone", group.Tombstone == ReplicaId.None
            ? "none"
            : Printing.Id(group.Tombstone.Value));
        table.AddTexts("entries", isEmpty ? "none" : Number(first) + " to " + Number(group.LastIndex));
        table.AddTexts("terms", isEmpty ? "none" : string.Join(", ", group.TermRuns.Select(
            run => $"{Number(run.Term)} from {Number(run.Index)}")));
        table.AddTexts("before the first entry", $"index {Number(group.Base.Index)}, term {Number(group.Base.Term)}");
        table.AddTexts("hard state", $"term {Number(group.HardState.Term)}, commit {Number(group.HardState.Commit)}, "
            + (group.HardState.Vote == ReplicaId.None ? "no vote" : $"vote {Printing.Id(group.HardState.Vote.Value)}"));
        table.AddTexts("time of the last entry", Printing.Time(group.TimeTicks));
        table.AddTexts("configuration", ConfigurationOf(group));
        table.AddTexts("snapshot marks", group.Snapshots.Count == 0 ? "none" : string.Join("; ", group.Snapshots.Select(
            mark => $"index {Number(mark.Last.Index)}, term {Number(mark.Last.Term)}")));
        _console.Write(table);
    }

    private void ShowEntries(RecoveredGroup group, ulong entriesMax)
    {
        var table = Printing.Table("index", "term", "kind", "time", "bytes", "what");
        var end = group.LastIndex + 1;
        foreach (var entry in _log.ReadEntries(group.Group, new IndexRange(end - Math.Min(end, entriesMax), end)))
        {
            table.AddTexts(
                Number(entry.Index),
                Number(entry.Term),
                entry.Kind.ToString().ToLowerInvariant(),
                Printing.Time(entry.TimeTicks),
                entry.Payload.Length.ToString(CultureInfo.InvariantCulture),
                TextOf(group.Group, entry));
        }

        _console.Write(table);
    }

    private void ShowRecords()
    {
        if (_log.Records.Count == 0)
        {
            return;
        }

        var table = Printing.Table("of the store", string.Empty);
        foreach (var record in _log.Records)
        {
            switch (record.Kind)
            {
                case StoreRecordKind.PeerIncarnation:
                    table.AddTexts(
                        $"store {Printing.Id(record.Peer.Value)}",
                        record.Incarnation.IsBound ? $"incarnation {record.Incarnation}" : "given up by a recovery");
                    break;
                case StoreRecordKind.RecoveryGeneration:
                    table.AddTexts(
                        "recovery generation",
                        $"{Number(record.RecoveryGeneration)}, begun by incarnation {record.Incarnation}");
                    break;
                case StoreRecordKind.ElectionTimeout:
                    table.AddTexts("election timeout", Milliseconds(record.ElectionTimeout));
                    break;
                default:
                    table.AddTexts("admitted", "yes");
                    break;
            }
        }

        _console.Write(table);
    }

    // The newest that counts: of the log, else of the newest snapshot, else the one it was begun with.
    private static string ConfigurationOf(RecoveredGroup group)
    {
        if (group.Configurations.Count > 0)
        {
            var newest = group.Configurations[^1];
            return $"{TextOf(newest.Configuration)} (entry {Number(newest.Index)})";
        }

        if (group.Snapshots.Count > 0)
        {
            return $"{TextOf(group.Snapshots[^1].Configuration.Configuration)} (of the snapshot)";
        }

        return group.Bootstrap is null ? "none" : $"{TextOf(group.Bootstrap)} (the first)";
    }

    private static string TextOf(Configuration configuration)
    {
        var text = $"voters {Printing.Ids(configuration.Voters)}";
        text += configuration.IsJoint ? $"; outgoing {Printing.Ids(configuration.VotersOutgoing)}" : string.Empty;
        text += configuration.RecoveryGeneration > 0
            ? $"; recovery generation {Number(configuration.RecoveryGeneration)}"
            : string.Empty;
        return configuration.Learners.IsEmpty ? text : $"{text}; learners {Printing.Ids(configuration.Learners)}";
    }

    private static string TextOf(GroupId group, Entry entry)
    {
        if (entry.Kind == EntryKind.Configuration)
        {
            return ConfigurationCodec.TryDecode(entry.Payload.Span, out var configuration)
                ? TextOf(configuration)
                : "malformed";
        }

        if (entry.Kind == EntryKind.Empty)
        {
            return string.Empty;
        }

        if (entry.Payload.Length < CommandEnvelope.HeaderBytes)
        {
            return "malformed";
        }

        var command = CommandEnvelope.CommandOf(entry.Payload);
        return group == EtcdGroup.Id ? CommandText.Of(command) : $"command of {command.Length} B";
    }

    private static string Number(ulong number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Milliseconds(TimeSpan time) =>
        $"{time.TotalMilliseconds.ToString(CultureInfo.InvariantCulture)} ms";
}
