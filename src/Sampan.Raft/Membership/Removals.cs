using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Events;

namespace Sampan.Raft.Membership;

/// <summary>
/// How a replica that was removed while it was away learns of it, without any single word being enough to end it (A11,
/// C14, C17). Terms play no part in these messages.
/// </summary>
internal sealed class Removals
{
    private readonly ReplicaOptions _options;
    private readonly Standing _standing;
    private readonly Outbox _outbox;
    private readonly ConfigurationHistory _history;
    private RemovalInquiry? _inquiry;
    private Instant _askedAt = Instant.Zero;
    private bool _wasCommittedMember;

    /// <summary>Of a replica that starts with this history, committed up to <paramref name="commit"/>.</summary>
    public Removals(
        ReplicaOptions options, Standing standing, Outbox outbox, ConfigurationHistory history, ulong commit)
    {
        _options = options;
        _standing = standing;
        _outbox = outbox;
        _history = history;
        foreach (var entry in history.Entries)
        {
            _wasCommittedMember |= entry.Index <= commit && entry.Configuration.Contains(options.Replica);
        }

        WasMember = history.EverContained(options.Replica);
    }

    /// <summary>Whether this replica learned that it was removed.</summary>
    public bool IsRemoved { get; private set; }

    /// <summary>
    /// Whether some configuration of the log named this replica once; a stranger votes for nobody (A14).
    /// </summary>
    public bool WasMember { get; private set; }

    /// <summary>When the members must be asked again.</summary>
    public Instant Deadline => _inquiry is null || IsRemoved
        ? Instant.Never
        : _inquiry.AskedAt.After(_options.ElectionTimeout);

    /// <summary>A configuration became the newest of the log.</summary>
    public void Appended(Configuration configuration) => WasMember |= configuration.Contains(_options.Replica);

    /// <summary>
    /// Configurations up to <paramref name="commit"/> are committed. A member that reads in its own log that it is none
    /// any more needs nobody to confirm it; a leader does so when it steps down.
    /// </summary>
    public void Committed(ulong previousCommit, ulong commit)
    {
        foreach (var entry in _history.Entries)
        {
            if (entry.Index > previousCommit && entry.Index <= commit)
            {
                _wasCommittedMember |= entry.Configuration.Contains(_options.Replica);
                _outbox.Emit(RaftEventKind.ConfigurationCommitted, entry.Index, entry.Configuration);
            }
        }

        var committed = _history.At(commit);
        _wasCommittedMember |= committed.Configuration.Contains(_options.Replica);
        if (!_standing.IsLeader && !IsRemoved && _wasCommittedMember
            && !committed.Configuration.Contains(_options.Replica))
        {
            End(committed.Index, committed.Configuration);
        }
    }

    /// <summary>
    /// Tells a sender that its membership ended, if the committed configuration here is no older than any it knows and
    /// does not contain it; returns whether it did. It may hold that very configuration and merely not know that it is
    /// committed: nobody sends it anything any more. A bootstrap mark (index 0) removes nobody.
    /// </summary>
    public bool Answer(Message message, ulong commit)
    {
        var committed = _history.At(commit);
        if (committed.Index == 0 || message.ConfigurationIndex > committed.Index
            || committed.Configuration.Contains(message.From))
        {
            return false;
        }

        _outbox.SendClaim(new Message
        {
            Kind = MessageKind.Removed,
            Group = _options.Group,
            From = _options.Replica,
            To = message.From,
            Term = _standing.Term,
            Index = committed.Index,
            Configuration = committed.Configuration,
        });
        return true;
    }

    /// <summary>Somebody says that this replica was removed: those who must know are asked.</summary>
    public void Heard(Message message)
    {
        Invariant.Holds(message.Configuration is not null);
        if (IsRemoved || IsOlder(message.Index) || message.Configuration.Contains(_options.Replica))
        {
            return;
        }

        if (_inquiry is null || message.Index > _inquiry.Index)
        {
            _inquiry = new RemovalInquiry(message.Index, message.Configuration, _standing.Now);
            Ask();
        }

        // Who has committed a newer configuration has committed the older one too.
        _inquiry.Confirm(message.From);
        if (_inquiry.IsConfirmed)
        {
            End(_inquiry.Index, _inquiry.Configuration);
        }
    }

    /// <summary>Asks again those who have not answered for an election timeout.</summary>
    public void Tick()
    {
        if (Deadline <= _standing.Now)
        {
            Ask();
        }
    }

    /// <summary>
    /// No leader is heard, and this replica may not campaign, by which a removed one would be told: it asks the members
    /// it knows, at most once an election timeout (C14).
    /// </summary>
    public void Lonely()
    {
        if (!IsRemoved && WasMember && _inquiry is null && _askedAt.After(_options.ElectionTimeout) <= _standing.Now)
        {
            _askedAt = _standing.Now;
            Ask(_history.Newest.Configuration);
        }
    }

    /// <summary>
    /// Whether what is known here outweighs a configuration that lacks this replica: it is newer, or it is at the same
    /// index and names this replica, as an addition does that another leader overwrote.
    /// </summary>
    private bool IsOlder(ulong index)
    {
        var newest = _history.Newest;
        return index < newest.Index || (index == newest.Index && newest.Configuration.Contains(_options.Replica));
    }

    private void Ask()
    {
        Invariant.Holds(_inquiry is not null);
        _inquiry.AskedAt = _standing.Now;
        Ask(_inquiry.Configuration);
    }

    private void Ask(Configuration configuration)
    {
        foreach (var member in configuration.Members)
        {
            if (member.Replica == _options.Replica)
            {
                continue;
            }

            _outbox.SendClaim(new Message
            {
                Kind = MessageKind.MembershipQuery,
                Group = _options.Group,
                From = _options.Replica,
                To = member.Replica,
                Term = _standing.Term,
                ConfigurationIndex = _history.Newest.Index,
            });
        }
    }

    private void End(ulong index, Configuration configuration)
    {
        IsRemoved = true;
        _outbox.Emit(RaftEventKind.Removed, index, configuration);
    }
}
