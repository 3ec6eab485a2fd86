using System.Text;
using Sampan.Base;
using Sampan.Model;

namespace Sampan.Raft.Tests.Paper;

/// <summary>Messages as another replica would send them to replica 1, for tests of one replica alone.</summary>
internal static class Mail
{
    /// <summary>The group of all these messages.</summary>
    public static readonly GroupId Group = new(1);

    /// <summary>What the receiver of an acknowledgement believes its sender's election timeout to be.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);

    /// <summary>A message that carries nothing but its kind and term.</summary>
    public static Message Plain(
        MessageKind kind, ulong from, ulong term, bool reject = false, ulong index = 0) => new()
        {
            Kind = kind,
            Group = Group,
            From = new ReplicaId(from),
            To = new ReplicaId(1),
            Term = term,
            Index = index,
            Reject = reject,
            ElectionTimeout = Timeout,
        };

    /// <summary>A command.</summary>
    public static Entry Command(ulong term, ulong index, string text = "x") =>
        new(EntryKind.Command, term, index, timeTicks: (long)index, Encoding.UTF8.GetBytes(text));

    /// <summary>A configuration's entry.</summary>
    public static Entry Change(ulong term, ulong index, Configuration configuration) =>
        new(EntryKind.Configuration, term, index, timeTicks: (long)index, ConfigurationCodec.Encode(configuration));

    /// <summary>Would you vote for me in <paramref name="term"/>? My log ends at <paramref name="last"/>.</summary>
    public static Message PreVote(ulong from, ulong term, LogId last, ulong configurationIndex = 0) =>
        Ballot(MessageKind.PreVote, from, term, last, configurationIndex, isTransfer: false);

    /// <summary>Vote for me in <paramref name="term"/>; my log ends at <paramref name="last"/>.</summary>
    public static Message Vote(
        ulong from, ulong term, LogId last, ulong configurationIndex = 0, bool isTransfer = false) =>
        Ballot(MessageKind.Vote, from, term, last, configurationIndex, isTransfer);

    /// <summary>Append these entries behind <paramref name="previous"/>.</summary>
    public static Message Append(ulong from, ulong term, LogId previous, ulong commit, params Entry[] entries) => new()
    {
        Kind = MessageKind.Append,
        Group = Group,
        From = new ReplicaId(from),
        To = new ReplicaId(1),
        Term = term,
        Index = previous.Index,
        LogTerm = previous.Term,
        Commit = commit,
        Entries = entries,
    };

    /// <summary>I hold your log up to <paramref name="index"/>.</summary>
    public static Message Accepted(
        ulong from, ulong term, ulong index, Instant stamp = default, ulong need = 0) => new()
        {
            Kind = MessageKind.AppendResponse,
            Group = Group,
            From = new ReplicaId(from),
            To = new ReplicaId(1),
            Term = term,
            Index = index,
            Stamp = stamp,
            ElectionTimeout = Timeout,
            NeedSnapshotIndex = need,
        };

    /// <summary>
    /// I do not hold the entry at <paramref name="index"/>; my conflict is <paramref name="conflict"/>.
    /// </summary>
    public static Message Rejected(
        ulong from, ulong term, ulong index, LogId conflict, Instant stamp = default) => new()
        {
            Kind = MessageKind.AppendResponse,
            Group = Group,
            From = new ReplicaId(from),
            To = new ReplicaId(1),
            Term = term,
            Index = index,
            Reject = true,
            ConflictTerm = conflict.Term,
            ConflictIndex = conflict.Index,
            Stamp = stamp,
            ElectionTimeout = Timeout,
        };

    /// <summary>The leader is there.</summary>
    public static Message Heartbeat(ulong from, ulong term, ulong commit = 0, ulong round = 0) => new()
    {
        Kind = MessageKind.Heartbeat,
        Group = Group,
        From = new ReplicaId(from),
        To = new ReplicaId(1),
        Term = term,
        Commit = commit,
        Round = round,
    };

    /// <summary>I heard a heartbeat that was sent at <paramref name="stamp"/>.</summary>
    public static Message Heard(
        ulong from, ulong term, ulong round, Instant stamp, TimeSpan? timeout = null, ulong need = 0) => new()
        {
            Kind = MessageKind.HeartbeatResponse,
            Group = Group,
            From = new ReplicaId(from),
            To = new ReplicaId(1),
            Term = term,
            Round = round,
            Stamp = stamp,
            ElectionTimeout = timeout ?? Timeout,
            NeedSnapshotIndex = need,
        };

    /// <summary>The commit index moved.</summary>
    public static Message Commit(ulong from, ulong term, ulong commit) => new()
    {
        Kind = MessageKind.Commit,
        Group = Group,
        From = new ReplicaId(from),
        To = new ReplicaId(1),
        Term = term,
        Commit = commit,
    };

    /// <summary>Here is a snapshot, received whole.</summary>
    public static Message Snapshot(ulong from, ulong term, LogId last, ConfigurationEntry configuration) => new()
    {
        Kind = MessageKind.Snapshot,
        Group = Group,
        From = new ReplicaId(from),
        To = new ReplicaId(1),
        Term = term,
        Snapshot = new SnapshotMeta(last, configuration, timeTicks: (long)last.Index),
    };

    /// <summary>A read index is asked for, or answered.</summary>
    public static Message Read(
        MessageKind kind, ulong from, ulong term, ulong counter, BootId boot, ulong index = 0, bool reject = false) =>
        new()
        {
            Kind = kind,
            Group = Group,
            From = new ReplicaId(from),
            To = new ReplicaId(1),
            Term = term,
            Round = counter,
            Boot = boot,
            Index = index,
            Reject = reject,
        };

    /// <summary>You are not in the committed configuration at <paramref name="index"/>.</summary>
    public static Message Removed(ulong from, ulong term, ulong index, Configuration configuration) => new()
    {
        Kind = MessageKind.Removed,
        Group = Group,
        From = new ReplicaId(from),
        To = new ReplicaId(1),
        Term = term,
        Index = index,
        Configuration = configuration,
    };

    /// <summary>
    /// Am I a member? The newest configuration that I know is at <paramref name="configurationIndex"/>.
    /// </summary>
    public static Message Query(ulong from, ulong term, ulong configurationIndex) => new()
    {
        Kind = MessageKind.MembershipQuery,
        Group = Group,
        From = new ReplicaId(from),
        To = new ReplicaId(1),
        Term = term,
        ConfigurationIndex = configurationIndex,
    };

    private static Message Ballot(
        MessageKind kind, ulong from, ulong term, LogId last, ulong configurationIndex, bool isTransfer) => new()
        {
            Kind = kind,
            Group = Group,
            From = new ReplicaId(from),
            To = new ReplicaId(1),
            Term = term,
            Index = last.Index,
            LogTerm = last.Term,
            ConfigurationIndex = configurationIndex,
            IsTransfer = isTransfer,
        };
}
