using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Quorum;

namespace Sampan.Raft.Progress;

/// <summary>A leader's view of all members of the configuration in force, by ascending id.</summary>
internal sealed class ProgressTracker
{
    private readonly int _inflightMessagesMax;
    private readonly long _inflightBytesMax;
    private MemberProgress[] _members = [];

    /// <summary>A tracker without members.</summary>
    public ProgressTracker(int inflightMessagesMax, long inflightBytesMax)
    {
        _inflightMessagesMax = inflightMessagesMax;
        _inflightBytesMax = inflightBytesMax;
    }

    /// <summary>The members.</summary>
    public ReadOnlySpan<MemberProgress> Members => _members;

    /// <summary>Forgets everybody.</summary>
    public void Clear()
    {
        _members = [];
        HasLeaving = false;
    }

    /// <summary>Whether members are tracked that the configuration in force does not name.</summary>
    public bool HasLeaving { get; private set; }

    /// <summary>
    /// Tracks exactly the members of <paramref name="configuration"/>, and those of <paramref name="leaving"/> if it is
    /// given: known ones stay as they are, new ones begin in Probe at <paramref name="nextIndex"/>.
    /// </summary>
    public void Adopt(Configuration configuration, ulong nextIndex, Instant now, Configuration? leaving = null)
    {
        var members = new List<MemberProgress>(configuration.Members.Length);
        foreach (var member in configuration.Members)
        {
            members.Add(FindOrNew(member.Replica, nextIndex, now));
        }

        foreach (var member in leaving is null ? [] : leaving.Members)
        {
            if (!configuration.Contains(member.Replica))
            {
                members.Add(FindOrNew(member.Replica, nextIndex, now));
            }
        }

        HasLeaving = members.Count > configuration.Members.Length;
        members.Sort((left, right) => left.Replica.CompareTo(right.Replica));
        foreach (var member in members)
        {
            member.IsLearner = configuration.IsLearner(member.Replica);
        }

        _members = [.. members];
    }

    /// <summary>The member's progress; null if it is no member.</summary>
    public MemberProgress? Find(ReplicaId replica)
    {
        foreach (var member in _members)
        {
            if (member.Replica == replica)
            {
                return member;
            }
        }

        return null;
    }

    /// <summary>The highest index that a quorum (of both halves) holds durably.</summary>
    public ulong QuorumMatch(Configuration configuration) =>
        JointQuorum.CommittedIndex(configuration, new Matches(this));

    /// <summary>
    /// The newest read round that a quorum answered; the leader itself counts as having answered all.
    /// </summary>
    public ulong QuorumRound(Configuration configuration, ReplicaId self) =>
        JointQuorum.CommittedIndex(configuration, new Rounds(this, self));

    /// <summary>The latest sending time such that a quorum answered requests sent no earlier.</summary>
    public Instant QuorumContact(Configuration configuration, ReplicaId self) =>
        ToInstant(JointQuorum.CommittedIndex(configuration, new Contacts(this, self)));

    /// <summary>
    /// Until when no other leader can be elected: a quorum promised to refuse until then, counted from when the
    /// requests were sent (D4) and with each member's own timeout, shortened by the drift bound.
    /// </summary>
    public Instant LeaseEnd(Configuration configuration, ReplicaId self, int driftPerMille) =>
        ToInstant(JointQuorum.CommittedIndex(configuration, new Promises(this, self, driftPerMille)));

    private MemberProgress FindOrNew(ReplicaId replica, ulong nextIndex, Instant now) =>
        Find(replica)
        ?? new MemberProgress(replica, nextIndex, new Inflights(_inflightMessagesMax, _inflightBytesMax), now);

    private static Instant ToInstant(ulong ticks) =>
        ticks >= long.MaxValue ? Instant.Never : new Instant((long)ticks);

    private static ulong ToNumber(Instant instant) => (ulong)Math.Max(instant.Ticks, 0);

    private readonly struct Matches(ProgressTracker tracker) : IAcknowledged
    {
        public bool TryGetIndex(ReplicaId replica, out ulong index)
        {
            var member = tracker.Find(replica);
            index = member?.Match ?? 0;
            return member is not null;
        }
    }

    private readonly struct Rounds(ProgressTracker tracker, ReplicaId self) : IAcknowledged
    {
        public bool TryGetIndex(ReplicaId replica, out ulong index)
        {
            var member = tracker.Find(replica);
            index = replica == self ? ulong.MaxValue : member?.AckedRound ?? 0;
            return replica == self || member is not null;
        }
    }

    private readonly struct Contacts(ProgressTracker tracker, ReplicaId self) : IAcknowledged
    {
        public bool TryGetIndex(ReplicaId replica, out ulong index)
        {
            var member = tracker.Find(replica);
            index = replica == self ? ulong.MaxValue : ToNumber(member?.ContactStamp ?? Instant.Zero);
            return replica == self || member is not null;
        }
    }

    private readonly struct Promises(ProgressTracker tracker, ReplicaId self, int driftPerMille) : IAcknowledged
    {
        public bool TryGetIndex(ReplicaId replica, out ulong index)
        {
            index = ulong.MaxValue;
            if (replica == self)
            {
                return true;
            }

            var member = tracker.Find(replica);
            if (member is null)
            {
                index = 0;
                return false;
            }

            var promised = new TimeSpan(member.PromisedTimeout.Ticks / 1000 * (1000 - driftPerMille));
            index = ToNumber(member.ContactStamp.After(promised));
            return true;
        }
    }
}
