using Sampan.Base;

namespace Sampan.Raft.Elections;

/// <summary>
/// Reasons to refuse votes that have to do with time: contact with a leader within T, and the silence after a start,
/// since a contact on which a leader's lease rests may have been forgotten. Both use the larger of the former and the
/// present T in the first period after a start.
/// </summary>
internal sealed class LeaderContact
{
    private readonly TimeSpan _timeout;
    private readonly Instant _firstPeriodEnd;
    private readonly bool _startedWithTerm;
    private Instant _last;
    private bool _any;

    /// <summary>No contact yet, from a start at <paramref name="startedAt"/>.</summary>
    public LeaderContact(ReplicaOptions options, bool startedWithTerm, Instant startedAt)
    {
        _timeout = options.ElectionTimeout;
        SilenceLength = options.StoredElectionTimeout > _timeout ? options.StoredElectionTimeout : _timeout;
        _firstPeriodEnd = startedAt.After(SilenceLength);
        _startedWithTerm = startedWithTerm;
    }

    /// <summary>How long a replica that starts with a term stays silent.</summary>
    public TimeSpan SilenceLength { get; }

    /// <summary>A leader was heard.</summary>
    public void Note(Instant now)
    {
        _last = now;
        _any = true;
    }

    /// <summary>As if none had ever been heard.</summary>
    public void Forget() => _any = false;

    /// <summary>Whether the start is so recent that votes are refused.</summary>
    public bool IsSilent(Instant now) => _startedWithTerm && now < _firstPeriodEnd;

    /// <summary>Whether a leader was heard within T.</summary>
    public bool IsFresh(Instant now)
    {
        var timeout = now < _firstPeriodEnd ? SilenceLength : _timeout;
        return _any && now < _last.After(timeout);
    }
}
