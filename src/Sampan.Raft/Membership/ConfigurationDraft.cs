using Sampan.Base;
using Sampan.Model;

namespace Sampan.Raft.Membership;

/// <summary>
/// A configuration while steps are applied to it. Every step is idempotent: adding what is there, or removing what is
/// not, changes nothing, so that a change can be repeated without harm.
/// </summary>
internal sealed class ConfigurationDraft
{
    // Sorted collections, since whatever is built from them must come out the same in every process.
    private readonly SortedSet<ReplicaId> _voters;
    private readonly SortedSet<ReplicaId> _outgoing;
    private readonly SortedSet<ReplicaId> _learners;
    private readonly SortedSet<ReplicaId> _learnersNext;
    private readonly SortedDictionary<ReplicaId, Member> _members = [];
    private readonly Configuration _current;
    private readonly ulong _recoveryGeneration;

    /// <summary>
    /// A draft that begins as <paramref name="current"/>, or, to enter a joint state, with its voters in both halves.
    /// </summary>
    public ConfigurationDraft(Configuration current, bool entersJoint)
    {
        Invariant.Holds(!entersJoint || !current.IsJoint);
        _current = current;
        _voters = [.. current.Voters];
        _outgoing = [.. entersJoint ? current.Voters : current.VotersOutgoing];
        _learners = [.. current.Learners];
        _learnersNext = [.. current.LearnersNext];
        _recoveryGeneration = current.RecoveryGeneration;
        foreach (var member in current.Members)
        {
            _members.Add(member.Replica, member);
        }
    }

    /// <summary>Whether a step named another store or incarnation for a member that is bound.</summary>
    public bool Rebinds { get; private set; }

    /// <summary>How many members there are, in whatever part.</summary>
    public int MemberCount => _members.Count;

    /// <summary>How many voters the incoming half has.</summary>
    public int VoterCount => _voters.Count;

    /// <summary>
    /// Applies one step. A step for replica 0 is one that was struck out after it was written: it is skipped.
    /// </summary>
    public void Apply(MemberChange step)
    {
        var replica = step.Member.Replica;
        if (replica == ReplicaId.None)
        {
            return;
        }

        switch (step.Kind)
        {
            case MemberChangeKind.AddVoter:
                Describe(step.Member);
                MakeVoter(replica);
                break;
            case MemberChangeKind.AddLearner:
                Describe(step.Member);
                MakeLearner(replica);
                break;
            case MemberChangeKind.Remove:
                Remove(replica);
                break;
            case MemberChangeKind.Update:
                Update(step.Member);
                break;
            default:
                Invariant.Unreachable("a kind of member change that nobody defined");
                break;
        }
    }

    /// <summary>
    /// Gives up the outgoing half: who was demoted becomes a learner, who belongs to nothing else is forgotten.
    /// </summary>
    public void LeaveJoint()
    {
        Invariant.Holds(_outgoing.Count > 0);
        Invariant.Holds(_learnersNext.IsSubsetOf(_outgoing));
        _learners.UnionWith(_learnersNext);
        _learnersNext.Clear();
        var outgoing = _outgoing.ToArray();
        _outgoing.Clear();
        foreach (var replica in outgoing)
        {
            ForgetIfUnnamed(replica);
        }
    }

    /// <summary>
    /// How many voters the incoming half gained and lost together, seen from <paramref name="current"/>.
    /// </summary>
    public int ChangedVoters(Configuration current)
    {
        var changed = 0;
        foreach (var voter in current.Voters)
        {
            changed += _voters.Contains(voter) ? 0 : 1;
        }

        foreach (var voter in _voters)
        {
            changed += current.IsIncomingVoter(voter) ? 0 : 1;
        }

        return changed;
    }

    /// <summary>The finished configuration, validated by its constructor.</summary>
    public Configuration Build(bool autoLeave) =>
        new(_voters, _outgoing, _learners, _learnersNext, autoLeave, _members.Values, _recoveryGeneration);

    private void MakeVoter(ReplicaId replica)
    {
        _learners.Remove(replica);
        _learnersNext.Remove(replica);
        _voters.Add(replica);
    }

    private void MakeLearner(ReplicaId replica)
    {
        _voters.Remove(replica);
        // A voter of the outgoing half still counts until the joint state is left. Making it a learner at once would
        // let one replica be both, and a leader would have to ask twice how to treat it.
        var part = _outgoing.Contains(replica) ? _learnersNext : _learners;
        part.Add(replica);
    }

    private void Remove(ReplicaId replica)
    {
        _voters.Remove(replica);
        _learners.Remove(replica);
        _learnersNext.Remove(replica);
        ForgetIfUnnamed(replica);
    }

    private void ForgetIfUnnamed(ReplicaId replica)
    {
        // An outgoing voter is still sent the log, hence its store must stay known until the joint state is left.
        if (!_voters.Contains(replica) && !_outgoing.Contains(replica) && !_learners.Contains(replica))
        {
            _members.Remove(replica);
        }
    }

    private void Describe(Member member)
    {
        // A step without a store only changes the member's part: what is known of it must not be lost by a promotion.
        if (member.Store != default || !_members.ContainsKey(member.Replica))
        {
            _members[member.Replica] = Bound(member);
        }
    }

    private void Update(Member member)
    {
        // Updating somebody who is not there cannot add him: nobody said as what.
        if (_members.TryGetValue(member.Replica, out var known))
        {
            var updated = member.Store != default ? member : known with { Priority = member.Priority };
            _members[member.Replica] = Bound(updated);
        }
    }

    // A bound member was counted under its incarnation: unbound, its store could lose its disk and be counted again.
    // Whoever repeats a step, or promotes, seldom knows what was bound meanwhile (C9, I-25). Also true of one that the
    // same change removes first: without an entry in between nobody has stopped counting it.
    private Member Bound(Member member)
    {
        if (!_current.TryGetMember(member.Replica, out var known) || !known.Incarnation.IsBound)
        {
            return member;
        }

        var isOther = (member.Store != default && member.Store != known.Store)
            || (member.Incarnation.IsBound && member.Incarnation != known.Incarnation);
        Rebinds |= isOther;
        return known with { Priority = member.Priority };
    }
}
