using Sampan.Model;

namespace Sampan.MultiRaft.Snapshots;

/// <summary>
/// Which complete snapshots of each group somebody needs; what nobody needs may be deleted (I-31). Two that are marked
/// are kept, so that a damaged newest one costs a longer replay and not the store (E3). Beside them those are needed
/// whose mark is on its way to the log, that were received and are not judged yet, or that were accepted and are not
/// with the state machine yet.
/// </summary>
internal sealed class SnapshotRegister
{
    private const int KeptMax = 2;

    private readonly Dictionary<GroupId, GroupSnapshots> _groups = [];

    /// <summary>Whether a snapshot lies here complete, and stays for now.</summary>
    public bool IsHere(GroupId group, LogId last) => _groups.TryGetValue(group, out var there) && there.Needs(last);

    /// <summary>How many accepted snapshots wait to be installed.</summary>
    public int CountAccepted(GroupId group) => _groups.TryGetValue(group, out var there) ? there.Accepted.Count : 0;

    /// <summary>At start: it is complete and marked.</summary>
    public void Found(GroupId group, LogId last) => Keep(Of(group), last);

    /// <summary>One that was taken here is complete; its mark comes next.</summary>
    public void Written(GroupId group, LogId last) => Of(group).Written.Add(last);

    /// <summary>One that was taken here is marked durably; returns those that nobody needs any more.</summary>
    public IReadOnlyList<LogId> Marked(GroupId group, LogId last)
    {
        var there = Of(group);
        there.Written.Remove(last);
        return Unneeded(there, Keep(there, last));
    }

    /// <summary>One that was taken here is not marked after all; returns whether nobody needs it.</summary>
    public bool Overtaken(GroupId group, LogId last)
    {
        var there = Of(group);
        return there.Written.Remove(last) && !there.Needs(last);
    }

    /// <summary>One was received; its group's core is to judge it.</summary>
    public void Received(GroupId group, LogId last) => Of(group).Received.Add(last);

    /// <summary>The core wants a received one installed.</summary>
    public void Accepted(GroupId group, LogId last)
    {
        var there = Of(group);
        there.Received.Remove(last);
        there.Accepted.Add(last);
    }

    /// <summary>The core has no use for a received one; returns whether nobody needs it.</summary>
    public bool Refused(GroupId group, LogId last)
    {
        var there = Of(group);
        return there.Received.Remove(last) && !there.Needs(last);
    }

    /// <summary>
    /// An accepted one, whose mark replaced all older ones before, is with the state machine now; returns those that
    /// nobody needs any more.
    /// </summary>
    public IReadOnlyList<LogId> Installed(GroupId group, LogId last)
    {
        var there = Of(group);
        there.Accepted.Remove(last);
        var older = there.Kept.FindAll(kept => kept.Index < last.Index);
        there.Kept.RemoveAll(older.Contains);
        older.AddRange(Keep(there, last));
        return Unneeded(there, older);
    }

    /// <summary>A group is gone.</summary>
    public void Forget(GroupId group) => _groups.Remove(group);

    private GroupSnapshots Of(GroupId group)
    {
        if (!_groups.TryGetValue(group, out var there))
        {
            there = new GroupSnapshots();
            _groups.Add(group, there);
        }

        return there;
    }

    // Returns those that it superseded.
    private static List<LogId> Keep(GroupSnapshots there, LogId last)
    {
        if (!there.Kept.Contains(last))
        {
            there.Kept.Add(last);
            there.Kept.Sort();
        }

        var superseded = there.Kept.GetRange(0, Math.Max(0, there.Kept.Count - KeptMax));
        there.Kept.RemoveRange(0, superseded.Count);
        return superseded;
    }

    private static List<LogId> Unneeded(GroupSnapshots there, List<LogId> candidates) =>
        candidates.FindAll(candidate => !there.Needs(candidate));

    /// <summary>Each list holds a snapshot as often as somebody put it there.</summary>
    private sealed class GroupSnapshots
    {
        public List<LogId> Kept { get; } = [];

        public List<LogId> Written { get; } = [];

        public List<LogId> Received { get; } = [];

        public List<LogId> Accepted { get; } = [];

        public bool Needs(LogId last) =>
            Kept.Contains(last) || Written.Contains(last) || Received.Contains(last) || Accepted.Contains(last);
    }
}
