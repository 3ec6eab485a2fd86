using System.Globalization;
using Sampan.Model;
using Sampan.Raft.Tests.Fixture;

namespace Sampan.Raft.Tests.Transcripts;

/// <summary>
/// Where a story is played: a cluster, and the commands that move it. Each command answers with the messages it
/// delivered, where it shows them, then with what changed at each replica.
/// </summary>
internal sealed class Stage
{
    private readonly List<string> _outcome = [];
    private readonly SortedDictionary<ulong, string> _shown = [];
    private readonly Dictionary<ulong, int> _readsShown = [];
    private Cluster _cluster = new(voters: 1);

    /// <summary>Does one command; returns what came of it, a line each.</summary>
    public List<string> Do(string[] words)
    {
        _outcome.Clear();
        Act(words[0], words[1..]);
        ShowChanges();
        return _outcome;
    }

    private void Act(string verb, string[] words)
    {
        switch (verb)
        {
            case "cluster":
                Begin(int.Parse(words[0], CultureInfo.InvariantCulture), words[1..]);
                break;
            case "blank":
                _cluster.AddBlank(Id(words[0]));
                break;
            case "elect":
                _cluster.Campaign(Id(words[0]));
                Settle();
                break;
            case "campaign":
                _cluster.Campaign(Id(words[0]));
                break;
            case "propose":
                _outcome.Add(_cluster.Propose(Id(words[0]), string.Join(' ', words[1..]), out var place) switch
                {
                    ProposeStatus.Accepted => $"accepted at {place}",
                    var status => $"{status}",
                });
                break;
            case "change":
                _outcome.Add($"{_cluster.ProposeChange(Id(words[0]), ChangeOf(words[1..]))}");
                break;
            case "transfer":
                _outcome.Add($"{_cluster.Transfer(Id(words[0]), Id(words[1]))}");
                break;
            case "read":
                _outcome.Add($"{_cluster.ReadIndex(Id(words[0]), out _)}");
                break;
            default:
                Move(verb, words);
                break;
        }
    }

    private void Move(string verb, string[] words)
    {
        switch (verb)
        {
            case "deliver":
                Deliver(words);
                break;
            case "settle":
                Settle();
                break;
            case "drop":
                Drop(words);
                break;
            case "run":
                _cluster.Run(TimeSpan.FromMilliseconds(int.Parse(words[0], CultureInfo.InvariantCulture)));
                break;
            case "heartbeat":
                _cluster.Do(Id(words[0]), "heartbeat", (core, now) => core.SendHeartbeats(now));
                break;
            case "forget":
                _cluster.Do(Id(words[0]), "forget leader", (core, _) => core.ForgetLeader());
                break;
            case "isolate":
                _cluster.Isolate(Id(words[0]));
                break;
            case "partition":
                _cluster.Partition([.. words.Select(Id)]);
                break;
            case "cut":
                _cluster.Cut(Id(words[0]), Id(words[1]));
                break;
            case "heal":
                _cluster.Heal();
                break;
            default:
                Manage(verb, words);
                break;
        }
    }

    private void Manage(string verb, string[] words)
    {
        switch (verb)
        {
            case "crash":
                _cluster.Crash(Id(words[0]));
                break;
            case "restart":
                _cluster.Restart(Id(words[0]));
                _readsShown.Remove(Id(words[0]));
                break;
            case "snapshot":
                _outcome.Add(_cluster[Id(words[0])].TakeSnapshot() ? "taken" : "nothing new");
                break;
            case "compact":
                _outcome.Add(_cluster[Id(words[0])].Compact(Id(words[1])) ? $"begins at {words[1]}" : "refused");
                break;
            case "log":
                ShowLog(Id(words[0]));
                break;
            case "progress":
                ShowProgress(Id(words[0]));
                break;
            case "applied":
                _outcome.Add(string.Join(' ', _cluster[Id(words[0])].AppliedCommands));
                break;
            default:
                throw new ArgumentException($"No story knows the command '{verb}'.", nameof(verb));
        }
    }

    private void Begin(int voters, string[] settings)
    {
        _shown.Clear();
        _readsShown.Clear();
        _cluster = new Cluster(voters, new ClusterOptions
        {
            Configure = options => options with
            {
                LeaseReads = settings.Contains("leases"),
                AppendBytesMax = settings.Contains("small") ? 1 : options.AppendBytesMax,
            },
        });
    }

    private void Settle()
    {
        while (_cluster.Network.Count > 0)
        {
            _cluster.DeliverOnce();
        }
    }

    /// <summary>All that waits, or what waits between two replicas, and shows it; not what it leads to.</summary>
    private void Deliver(string[] words)
    {
        var links = words.Length > 0 ? [(Id(words[0]), Id(words[1]))] : _cluster.Network.Busy;
        foreach (var (from, to) in links)
        {
            for (var count = _cluster.Network.Waiting(from, to).Count; count > 0; count--)
            {
                var isLost = !_cluster.Network.IsOpen(from, to) || !_cluster[to].IsUp;
                Show(_cluster.Network.Waiting(from, to)[0].Message, isLost);
                _cluster.Deliver(from, to);
            }
        }
    }

    private void Drop(string[] words)
    {
        if (words.Length == 0)
        {
            _cluster.DropAll();
        }
        else
        {
            _cluster.DropAll(Id(words[0]), Id(words[1]));
        }
    }

    private void Show(Message message, bool isLost)
    {
        var text = $"{message.From}->{message.To} {message.Kind} term {message.Term}";
        text += message.Kind switch
        {
            MessageKind.PreVote or MessageKind.Vote =>
                $", log ends at {message.LogTerm}/{message.Index}" + (message.IsTransfer ? ", handed over" : string.Empty),
            MessageKind.Append => $", behind {message.LogTerm}/{message.Index} commit {message.Commit}"
                + string.Concat(message.Entries.Select(entry => $" [{Describe(entry)}]")),
            MessageKind.AppendResponse when message.Reject =>
                $", not at {message.Index}: {message.ConflictTerm} begins at {message.ConflictIndex}",
            MessageKind.AppendResponse => $", up to {message.Index}",
            MessageKind.Heartbeat => $", commit {message.Commit} round {message.Round}",
            MessageKind.HeartbeatResponse => $", round {message.Round}",
            MessageKind.Commit => $", {message.Commit}",
            MessageKind.Snapshot => $", {message.Snapshot}",
            MessageKind.ReadIndexResponse => message.Reject ? ", refused" : $", {message.Index}",
            MessageKind.Removed => $", by {message.Configuration} at {message.Index}",
            _ => string.Empty,
        };
        if (message.Kind is MessageKind.VoteResponse or MessageKind.PreVoteResponse)
        {
            text += message.Reject ? ", refused" : ", granted";
        }

        _outcome.Add(isLost ? text + " (lost)" : text);
    }

    private void ShowChanges()
    {
        foreach (var replica in _cluster.Replicas)
        {
            var id = replica.Id.Value;
            var now = replica.IsUp ? Describe(replica) : $"{id}: down";
            if (!_shown.TryGetValue(id, out var before) || before != now)
            {
                _outcome.Add(now);
                _shown[id] = now;
            }

            var shown = _readsShown.GetValueOrDefault(id);
            for (; shown < replica.Reads.Count; shown++)
            {
                _outcome.Add($"{id}: read {replica.Reads[shown].Outcome} at {replica.Reads[shown].Index}");
            }

            _readsShown[id] = shown;
        }
    }

    private void ShowLog(ulong id)
    {
        var log = _cluster[id].Log.Durable;
        if (log.Base.Index > 0)
        {
            _outcome.Add($"behind {log.Base}");
        }

        foreach (var entry in log.Entries)
        {
            _outcome.Add(Describe(entry));
        }
    }

    private void ShowProgress(ulong id)
    {
        foreach (var member in _cluster[id].Status.Progress)
        {
            _outcome.Add($"{member.Replica}: {member.State} match {member.Match} next {member.Next}"
                + (member.PendingSnapshotIndex > 0 ? $" snapshot {member.PendingSnapshotIndex}" : string.Empty));
        }
    }

    private static string Describe(ReplicaUnderTest replica)
    {
        var status = replica.Status;
        var text = $"{status.Replica}: {status.Role} term {status.HardState.Term}";
        text += status.Leader != ReplicaId.None && status.Role != Role.Leader ? $" of {status.Leader}" : string.Empty;
        text += $", last {replica.Log.Memory.Last}, commit {status.HardState.Commit}, {status.Configuration.Configuration}";
        return replica.Core.IsRemoved ? text + ", removed" : text;
    }

    private static string Describe(Entry entry) => entry.Kind switch
    {
        EntryKind.Command => $"{entry.Id} '{System.Text.Encoding.UTF8.GetString(entry.Payload.Span)}'",
        EntryKind.Configuration when ConfigurationCodec.TryDecode(entry.Payload.Span, out var configuration) =>
            $"{entry.Id} {configuration}",
        _ => $"{entry.Id} empty",
    };

    private static MembershipChange ChangeOf(string[] words) => new(words.Select(word =>
    {
        var parts = word.Split(':');
        var kind = parts[0] switch
        {
            "voter" => MemberChangeKind.AddVoter,
            "learner" => MemberChangeKind.AddLearner,
            "remove" => MemberChangeKind.Remove,
            _ => throw new ArgumentException($"No change is called '{parts[0]}'.", nameof(words)),
        };
        return new MemberChange(kind, Cluster.MemberOf(Id(parts[1])));
    }));

    private static ulong Id(string word) => ulong.Parse(word, CultureInfo.InvariantCulture);
}
