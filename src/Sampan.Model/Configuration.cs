using Sampan.Base;

namespace Sampan.Model;

/// <summary>
/// Who belongs to a group. While <see cref="VotersOutgoing"/> is not empty the configuration is joint: every quorum
/// needs a majority of both halves (dissertation, 4.3). Immutable; all lists are sorted by replica id.
/// </summary>
/// <remarks>
/// Invariant: a replica is in at most one of <see cref="Voters"/> and <see cref="Learners"/>;
/// <see cref="LearnersNext"/> holds only outgoing voters that are not among <see cref="Voters"/> and become learners
/// when the joint state is left;
/// <see cref="Members"/> describes exactly the replicas named by the other lists.
/// </remarks>
public sealed class Configuration
{
    /// <summary>
    /// The most members of a group, both halves of a joint state and learners together. What is larger is refused where
    /// a group is created or changed, and is never written: the log sets room apart for configurations of that size.
    /// </summary>
    public const int MembersMax = 32;

    /// <summary>A configuration without members, which commits everything and elects nobody.</summary>
    public static Configuration Empty { get; } = new([], [], [], [], autoLeave: false, [], recoveryGeneration: 0);

    private readonly ReplicaId[] _voters;
    private readonly ReplicaId[] _votersOutgoing;
    private readonly ReplicaId[] _learners;
    private readonly ReplicaId[] _learnersNext;
    private readonly Member[] _members;

    /// <summary>A configuration of these lists, which are copied and sorted.</summary>
    public Configuration(
        IEnumerable<ReplicaId> voters,
        IEnumerable<ReplicaId> votersOutgoing,
        IEnumerable<ReplicaId> learners,
        IEnumerable<ReplicaId> learnersNext,
        bool autoLeave,
        IEnumerable<Member> members,
        ulong recoveryGeneration)
    {
        _voters = Sorted(voters);
        _votersOutgoing = Sorted(votersOutgoing);
        _learners = Sorted(learners);
        _learnersNext = Sorted(learnersNext);
        _members = [.. members.OrderBy(member => member.Replica)];
        AutoLeave = autoLeave;
        RecoveryGeneration = recoveryGeneration;
        Validate();
    }

    /// <summary>A configuration of lists that are sorted already and belong to it from now on.</summary>
    internal Configuration(
        bool autoLeave,
        ulong recoveryGeneration,
        (ReplicaId[] Voters, ReplicaId[] Outgoing, ReplicaId[] Learners, ReplicaId[] LearnersNext) parts,
        Member[] members)
    {
        (_voters, _votersOutgoing, _learners, _learnersNext) = parts;
        _members = members;
        AutoLeave = autoLeave;
        RecoveryGeneration = recoveryGeneration;
        Validate();
    }

    /// <summary>A plain configuration: these voters and learners, nothing joint.</summary>
    public static Configuration Of(IEnumerable<Member> voters, IEnumerable<Member> learners)
    {
        var voterList = voters.ToArray();
        var learnerList = learners.ToArray();
        return new Configuration(
            voterList.Select(member => member.Replica),
            [],
            learnerList.Select(member => member.Replica),
            [],
            autoLeave: false,
            [.. voterList, .. learnerList],
            recoveryGeneration: 0);
    }

    /// <summary>The voters, or in the joint state those of the new half.</summary>
    public ReadOnlySpan<ReplicaId> Voters => _voters;

    /// <summary>The voters of the old half of a joint state, else empty.</summary>
    public ReadOnlySpan<ReplicaId> VotersOutgoing => _votersOutgoing;

    /// <summary>Members that receive the log and never count.</summary>
    public ReadOnlySpan<ReplicaId> Learners => _learners;

    /// <summary>Outgoing voters that become learners when the joint state is left.</summary>
    public ReadOnlySpan<ReplicaId> LearnersNext => _learnersNext;

    /// <summary>Whether the leader leaves the joint state by itself.</summary>
    public bool AutoLeave { get; }

    /// <summary>Every member once.</summary>
    public ReadOnlySpan<Member> Members => _members;

    /// <summary>How often a majority was given up by an operator (durability and recovery, consensus.md).</summary>
    public ulong RecoveryGeneration { get; }

    /// <summary>Whether two halves are in force.</summary>
    public bool IsJoint => _votersOutgoing.Length > 0;

    /// <summary>Whether the replica votes in either half.</summary>
    public bool IsVoter(ReplicaId replica) =>
        Array.BinarySearch(_voters, replica) >= 0 || Array.BinarySearch(_votersOutgoing, replica) >= 0;

    /// <summary>Whether the replica votes in the incoming half.</summary>
    public bool IsIncomingVoter(ReplicaId replica) => Array.BinarySearch(_voters, replica) >= 0;

    /// <summary>Whether the replica is a learner and votes in no half.</summary>
    public bool IsLearner(ReplicaId replica) => Array.BinarySearch(_learners, replica) >= 0 && !IsVoter(replica);

    /// <summary>Whether the replica belongs to it in any way.</summary>
    public bool Contains(ReplicaId replica) => TryGetMember(replica, out _);

    /// <summary>Finds what is known of a member.</summary>
    public bool TryGetMember(ReplicaId replica, out Member member)
    {
        var (first, end) = (0, _members.Length);
        while (first < end)
        {
            var middle = (first + end) / 2;
            if (_members[middle].Replica.CompareTo(replica) < 0)
            {
                first = middle + 1;
            }
            else
            {
                end = middle;
            }
        }

        var isThere = first < _members.Length && _members[first].Replica == replica;
        member = isThere ? _members[first] : default;
        return isThere;
    }

    /// <summary>The highest priority among the voters of the incoming half; 0 if nobody may be elected.</summary>
    public int HighestPriority()
    {
        var highest = 0;
        foreach (var member in _members)
        {
            if (IsIncomingVoter(member.Replica))
            {
                highest = Math.Max(highest, member.Priority);
            }
        }

        return highest;
    }

    /// <summary>Whether both name the same members in the same parts.</summary>
    public bool SameAs(Configuration other) =>
        _voters.AsSpan().SequenceEqual(other._voters)
        && _votersOutgoing.AsSpan().SequenceEqual(other._votersOutgoing)
        && _learners.AsSpan().SequenceEqual(other._learners)
        && _learnersNext.AsSpan().SequenceEqual(other._learnersNext)
        && AutoLeave == other.AutoLeave
        && RecoveryGeneration == other.RecoveryGeneration
        && _members.AsSpan().SequenceEqual(other._members);

    /// <summary>Asserts the type's invariants; called when it is built and when it is decoded.</summary>
    public void Validate()
    {
        foreach (var learner in _learners)
        {
            Invariant.Holds(Array.BinarySearch(_voters, learner) < 0);
            Invariant.Holds(Array.BinarySearch(_votersOutgoing, learner) < 0);
        }

        foreach (var next in _learnersNext)
        {
            Invariant.Holds(Array.BinarySearch(_votersOutgoing, next) >= 0);
            Invariant.Holds(Array.BinarySearch(_learners, next) < 0);
            Invariant.Holds(Array.BinarySearch(_voters, next) < 0);
        }

        Invariant.Holds(IsJoint || (_learnersNext.Length == 0 && !AutoLeave));
        for (var i = 0; i < _members.Length; i++)
        {
            var replica = _members[i].Replica;
            Invariant.Holds(replica != ReplicaId.None);
            Invariant.Holds(i == 0 || _members[i - 1].Replica.CompareTo(replica) < 0);
            Invariant.Holds(IsVoter(replica) || Array.BinarySearch(_learners, replica) >= 0);
        }

        Invariant.Holds(AllDescribed(_voters) && AllDescribed(_votersOutgoing) && AllDescribed(_learners));
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = $"voters=({string.Join(' ', _voters)})";
        text += IsJoint ? $"&&({string.Join(' ', _votersOutgoing)})" : string.Empty;
        text += _learners.Length > 0 ? $" learners=({string.Join(' ', _learners)})" : string.Empty;
        text += _learnersNext.Length > 0 ? $" learners_next=({string.Join(' ', _learnersNext)})" : string.Empty;
        return AutoLeave ? text + " autoleave" : text;
    }

    private bool AllDescribed(ReplicaId[] replicas)
    {
        foreach (var replica in replicas)
        {
            if (!TryGetMember(replica, out _))
            {
                return false;
            }
        }

        return true;
    }

    private static ReplicaId[] Sorted(IEnumerable<ReplicaId> replicas)
    {
        var sorted = replicas.ToArray();
        Array.Sort(sorted);
        for (var i = 1; i < sorted.Length; i++)
        {
            Invariant.Holds(sorted[i - 1] != sorted[i]);
        }

        return sorted;
    }
}
