using Sampan.Base;
using Sampan.Model;

namespace Sampan.Raft.Progress;

/// <summary>A leader's view of one member, itself included.</summary>
/// <remarks>
/// Invariant: <see cref="Match"/> &lt; <see cref="Next"/>, and <see cref="Match"/> never falls within a term (I-13).
/// </remarks>
internal sealed class MemberProgress
{
    private readonly Inflights _inflights;

    /// <summary>A member of which nothing is known but where to begin.</summary>
    public MemberProgress(ReplicaId replica, ulong next, Inflights inflights, Instant now)
    {
        Replica = replica;
        Next = Math.Max(next, 1);
        _inflights = inflights;
        ContactStamp = now;
    }

    /// <summary>The member.</summary>
    public ReplicaId Replica { get; }

    /// <summary>How it is fed.</summary>
    public ProgressState State { get; private set; }

    /// <summary>Its durable log is known to equal ours up to here.</summary>
    public ulong Match { get; private set; }

    /// <summary>The next entry to send.</summary>
    public ulong Next { get; private set; }

    /// <summary>Whether it receives the log without counting.</summary>
    public bool IsLearner { get; set; }

    /// <summary>In Probe: an append is under way; nothing more until it is answered, or a heartbeat is.</summary>
    public bool IsProbeSent { get; private set; }

    /// <summary>An append is due even if there is no entry to send: it makes a gap visible.</summary>
    public bool AppendDue { get; set; }

    /// <summary>
    /// Entries that were asked of the log on disk for it; empty if none are outstanding. Stays until it is answered,
    /// whatever becomes of the member meanwhile: a second request must not follow before.
    /// </summary>
    public IndexRange Waiting { get; set; }

    /// <summary>In Snapshot: the index of the snapshot under way; 0 while none could be found.</summary>
    public ulong PendingSnapshotIndex { get; private set; }

    /// <summary>It asked for a snapshot at or above this index; 0 if not.</summary>
    public ulong NeedSnapshotIndex { get; set; }

    /// <summary>The commit index that it was told of in an append or a notice.</summary>
    public ulong CommitSent { get; set; }

    /// <summary>
    /// The sending time of the newest request it answered in this term; the start of the term before that.
    /// </summary>
    public Instant ContactStamp { get; private set; }

    /// <summary>How long after a request it refuses to elect another; zero before its first answer.</summary>
    public TimeSpan PromisedTimeout { get; private set; }

    /// <summary>
    /// Whether it answered anything in this term. Contact is assumed from the start of the term, so that check-quorum
    /// gives everybody time; people who look at a member must not be told that it is there.
    /// </summary>
    public bool HasAnswered { get; private set; }

    /// <summary>The newest read round it answered.</summary>
    public ulong AckedRound { get; private set; }

    /// <summary>Appends under way.</summary>
    public Inflights Inflights => _inflights;

    /// <summary>Whether no entries may be sent to it now.</summary>
    public bool IsPaused => State switch
    {
        ProgressState.Probe => IsProbeSent,
        ProgressState.Replicate => _inflights.IsFull,
        _ => true,
    };

    /// <summary>It answered a request that was sent at <paramref name="stamp"/>.</summary>
    public void Answered(Instant stamp, TimeSpan promisedTimeout, ulong round)
    {
        // A promise belongs to the contact it was made at: a late answer, from before the member's timeout was
        // shortened, must not lengthen what a newer one promised.
        if (stamp >= ContactStamp)
        {
            var keepsShorter = stamp == ContactStamp && PromisedTimeout > TimeSpan.Zero
                && PromisedTimeout < promisedTimeout;
            PromisedTimeout = keepsShorter ? PromisedTimeout : promisedTimeout;
            ContactStamp = stamp;
        }

        HasAnswered = true;
        AckedRound = Math.Max(AckedRound, round);
    }

    /// <summary>It holds our log up to <paramref name="index"/>; returns whether that is news.</summary>
    public bool MatchTo(ulong index)
    {
        Next = Math.Max(Next, index + 1);
        if (index <= Match)
        {
            return false;
        }

        Match = index;
        return true;
    }

    /// <summary>Its log's end must be found: from <paramref name="next"/> downwards.</summary>
    public void BecomeProbe(ulong next)
    {
        State = ProgressState.Probe;
        Next = Math.Max(next, Match + 1);
        PendingSnapshotIndex = 0;
        IsProbeSent = false;
        _inflights.Clear();
    }

    /// <summary>Its log is known: entries are pipelined from <see cref="Match"/> on.</summary>
    public void BecomeReplicate()
    {
        State = ProgressState.Replicate;
        Next = Match + 1;
        PendingSnapshotIndex = 0;
        IsProbeSent = false;
        _inflights.Clear();
    }

    /// <summary>A snapshot at <paramref name="index"/> is on its way; 0 if none is to be had yet.</summary>
    public void BecomeSnapshot(ulong index)
    {
        State = ProgressState.Snapshot;
        PendingSnapshotIndex = index;
        IsProbeSent = false;
        _inflights.Clear();
    }

    /// <summary>An append left: with entries up to <paramref name="lastIndex"/>, or empty.</summary>
    public void AppendSent(ulong lastIndex, long bytes)
    {
        AppendDue = false;
        if (State == ProgressState.Probe)
        {
            IsProbeSent = true;
            return;
        }

        Invariant.Holds(State == ProgressState.Replicate);
        if (lastIndex >= Next)
        {
            _inflights.Add(lastIndex, bytes);
            Next = lastIndex + 1;
        }
    }

    /// <summary>The resend clock struck: a lost probe may be sent again.</summary>
    public void Resume() => IsProbeSent = false;

    /// <summary>Nothing is sent until the resend clock strikes.</summary>
    public void Pause()
    {
        if (State == ProgressState.Probe)
        {
            IsProbeSent = true;
        }
    }
}
