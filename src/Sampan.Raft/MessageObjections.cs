using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Log;
using Sampan.Raft.Progress;
using Sampan.Raft.Reads;

namespace Sampan.Raft;

/// <summary>
/// What no member sends that keeps to the protocol, given what this replica holds. The core asserts all of it, for its
/// own sake; whoever takes messages from a network asks here first, so that a word from outside never ends a store
/// (I-39). What a liar could say and nobody can see through is not found.
/// </summary>
internal sealed class MessageObjections
{
    // Far from where counting on would wrap.
    private const ulong NumberMax = 1UL << 62;

    // The end of the year 9999, which is where the calendar of state machines ends.
    private const long TimeTicksMax = 3_155_378_975_999_999_999;

    private readonly ReplicaOptions _options;
    private readonly Standing _standing;
    private readonly RaftLog _log;
    private readonly ReadIndexes _reads;
    private readonly ProgressTracker _tracker;

    /// <summary>Objections of one replica.</summary>
    public MessageObjections(
        ReplicaOptions options, Standing standing, RaftLog log, ReadIndexes reads, ProgressTracker tracker)
    {
        _options = options;
        _standing = standing;
        _log = log;
        _reads = reads;
        _tracker = tracker;
    }

    /// <summary>Why a message must not be stepped; null if it may.</summary>
    public string? To(Message message, Instant now)
    {
        if (message.Group != _options.Group || message.To != _options.Replica)
        {
            return "it is for another replica";
        }

        if (message.From == ReplicaId.None || message.From == _options.Replica)
        {
            return "it names nobody, or the receiver itself, as its sender";
        }

        if (message.Term > NumberMax || message.Index > NumberMax)
        {
            return "its term or index is one that nobody ever reaches";
        }

        return message.Kind switch
        {
            // What is older than the own term is answered with that, whatever it says.
            not (MessageKind.Removed or MessageKind.MembershipQuery) when message.Term < _standing.Term => null,
            MessageKind.Append => ToLeader(message) ?? ToEntries(message) ?? ToAppend(message),
            MessageKind.Heartbeat or MessageKind.Commit => ToLeader(message) ?? ToCommit(message),
            MessageKind.Snapshot => ToLeader(message) ?? ToSnapshot(message),
            MessageKind.TimeoutNow => ToLeader(message),
            MessageKind.AppendResponse or MessageKind.HeartbeatResponse => ToAnswer(message, now),
            MessageKind.ReadIndexResponse when !message.Reject => ToLeader(message),
            MessageKind.Removed when message.Configuration is null => "it names no configuration",
            > MessageKind.MembershipQuery => "its kind is none",
            _ => null,
        };
    }

    /// <summary>A term has one leader (I-01), and that one knows it.</summary>
    private string? ToLeader(Message message)
    {
        if (message.Term == 0)
        {
            return "nobody leads in term 0";
        }

        if (message.Term > _standing.Term)
        {
            return null;
        }

        if (_standing.IsLeader)
        {
            return $"this replica leads in term {message.Term}";
        }

        return _standing.Leader != ReplicaId.None && _standing.Leader != message.From
            ? $"replica {_standing.Leader} leads in term {message.Term}"
            : null;
    }

    /// <summary>Entries follow each other and the one before them, in terms that never fall (I-10).</summary>
    private static string? ToEntries(Message message)
    {
        var (index, term, time) = (message.Index, message.LogTerm, 0L);
        foreach (var entry in message.Entries)
        {
            if (entry.Index != index + 1 || entry.Term < term || entry.Term > message.Term
                || entry.TimeTicks < time || entry.TimeTicks > TimeTicksMax)
            {
                return $"entry {entry} does not follow {term}/{index}";
            }

            if (entry.Kind == EntryKind.Configuration
                && !(ConfigurationCodec.TryDecode(entry.Payload.Span, out var members) && members.Voters.Length > 0))
            {
                return $"entry {entry} is no configuration that a group could have";
            }

            (index, term, time) = (entry.Index, entry.Term, entry.TimeTicks);
        }

        return message.LogTerm > message.Term ? $"the entry before is of term {message.LogTerm}" : null;
    }

    /// <summary>A leader has what is committed here (I-04), and overwrites nothing of it (I-21).</summary>
    private string? ToAppend(Message message)
    {
        if (message.Index > _log.Commit)
        {
            return null;
        }

        if (Contradicts(message.Index, message.LogTerm))
        {
            return $"entry {message.LogTerm}/{message.Index} contradicts what is committed here";
        }

        foreach (var entry in message.Entries)
        {
            if (entry.Index > _log.Commit)
            {
                break;
            }

            if (Contradicts(entry.Index, entry.Term))
            {
                return $"entry {entry} contradicts what is committed here";
            }
        }

        return null;
    }

    private bool Contradicts(ulong index, ulong term) => _log.TryGetTerm(index, out var held) && held != term;

    /// <summary>It says no more than what this replica has acknowledged in that term (I-12).</summary>
    private string? ToCommit(Message message) => message.Commit > _log.LastIndex
        ? $"it commits index {message.Commit}, and this log ends at {_log.LastIndex}"
        : null;

    private string? ToSnapshot(Message message)
    {
        if (message.Snapshot is not { } snapshot)
        {
            return "it carries no snapshot";
        }

        var (last, configuration) = (snapshot.Last, snapshot.Configuration);
        var isSound = last.Index is > 0 and <= NumberMax && last.Term > 0 && last.Term <= message.Term
            && configuration.Index <= last.Index && configuration.Configuration.Voters.Length > 0
            && snapshot.TimeTicks is >= 0 and <= TimeTicksMax;
        if (!isSound)
        {
            return $"there can be no snapshot at {last} with the configuration of index {configuration.Index}";
        }

        return last.Index <= _log.Commit && Contradicts(last.Index, last.Term)
            ? $"a snapshot at {last} contradicts what is committed here"
            : null;
    }

    /// <summary>
    /// An answer speaks of what was asked: not of the future, nor of what the log does not hold (B6).
    /// </summary>
    private string? ToAnswer(Message message, Instant now)
    {
        if (!_standing.IsLeader || message.Term > _standing.Term || _tracker.Find(message.From) is null)
        {
            return null;
        }

        if (message.Stamp > Instant.Max(now, _standing.Now))
        {
            return "it answers what was not sent yet";
        }

        if (message.Round > _reads.Round)
        {
            return $"it answers round {message.Round}, and {_reads.Round} is the newest";
        }

        return message.Kind == MessageKind.AppendResponse && !message.Reject && message.Index > _log.LastIndex
            ? $"it acknowledges index {message.Index}, and this log ends at {_log.LastIndex}"
            : null;
    }
}
