using System.Globalization;
using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Events;
using Sampan.Raft.Tests.Fixture;

namespace Sampan.Raft.Tests.Conformance;

/// <summary>
/// Runs one CCF scenario. What differs between CCF and an ordinary Raft core is mapped here and nowhere else; the
/// README of the conformance data describes the commands.
/// </summary>
/// <remarks>
/// Node N is replica N + 1. Time passes on single nodes only, so contact with a leader is no reason to refuse votes
/// here (CCF has no such rule), but check-quorum is on. Followers learn the commit index from appends and heartbeats
/// only, as in CCF. A configuration is proposed together with the next signature, without which CCF could not commit
/// it, and with the configurations just before it. CCF may have several under way; ours one, so what is appended behind
/// a change that must wait waits with it. A leader that removed itself leads until the note that it may be forgotten is
/// committed; then it hands over, as in CCF. An append that carries nothing but entries which CCF does not have waits
/// for the leader's next period, since scenarios count messages.
/// </remarks>
internal sealed partial class CcfRunner
{
    private const ulong ElectionTimeoutMs = 100;
    private const int SyncRoundsMax = 20;

    private readonly CcfScript _script;
    private readonly CcfIndexes _indexes = new();
    private readonly List<Append> _backlog = [];
    private readonly List<(LogId Id, ulong[] Nodes)> _cleanups = [];
    private readonly SortedSet<ulong> _members = [];
    private readonly SortedSet<(ulong From, ulong To)> _losses = [];
    private readonly HashSet<ulong> _openedTerms = [];
    private readonly HashSet<ulong> _newcomers = [];
    private readonly HashSet<Message> _early = [];
    private readonly HashSet<(ulong Leader, ulong Refuser)> _refusals = [];
    private readonly Cluster _cluster;
    private readonly CcfPacing _pacing;
    private bool _preVote;
    private ulong _inPeriod;
    private int _line;

    /// <summary>A run that has not begun.</summary>
    public CcfRunner(CcfScript script, CcfPacing pacing)
    {
        _script = script;
        _pacing = pacing;
        _preVote = !script.IsOlderThanPreVote;
        _cluster = NewCluster();
        _cluster.Network.Holds = Holds;
    }

    /// <summary>Assertions that held.</summary>
    public int Passed { get; private set; }

    /// <summary>Assertions about CCF's own retirement steps, which have no counterpart.</summary>
    public int Skipped { get; private set; }

    /// <summary>How many entries had to wait for an earlier change.</summary>
    public int Delayed { get; private set; }

    /// <summary>What made the core part ways with CCF first, and where; null if nothing did.</summary>
    public string? Divergence { get; private set; }

    /// <summary>The last events.</summary>
    public Trace Trace => _cluster.Trace;

    /// <summary>Runs it to its end; throws at the first assertion that does not hold.</summary>
    public void Run()
    {
        foreach (var command in _script.Commands)
        {
            _line = command.Line;
            Trace.Add(command.ToString(), 0);
            if (command.IsAssertion)
            {
                Assert(command);
            }
            else
            {
                Execute(command);
                EndRound();
            }

            RequireCommitSafety(command);
        }
    }

    private static Cluster NewCluster() => new(0, new ClusterOptions
    {
        Budget = new ReadyBudget(long.MaxValue, int.MaxValue, EndOfRound: false),
        ProcessesReady = false,
        Configure = options => options with
        {
            ElectionTimeout = TimeSpan.FromMilliseconds(ElectionTimeoutMs),
            HeartbeatInterval = TimeSpan.FromMilliseconds(10),
            ElectionRoundTrip = TimeSpan.FromMilliseconds(1),
        },
    });

    private static ulong ReplicaOf(ulong node) => node + 1;

    private void Execute(CcfCommand command)
    {
        switch (command.Name)
        {
            case "pre_vote_enabled":
                _preVote = string.Equals(command.Arguments[0], "true", StringComparison.Ordinal);
                break;
            case "start_node":
                StartNode(command.Number(0));
                break;
            case "trust_node" or "trust_nodes":
                Change(command, [.. command.NumbersFrom(1)], []);
                break;
            case "swap_node" or "swap_nodes":
                Change(command, Listed(command, "in"), Listed(command, "out"));
                break;
            case "replicate":
                Enqueue(new Append(command, CcfEntryKind.Other, null));
                break;
            case "emit_signature":
                Enqueue(new Append(command, CcfEntryKind.Signature, null));
                break;
            case "cleanup_nodes":
                Enqueue(new Append(command, CcfEntryKind.Other, null));
                break;
            case "periodic_one":
                PassTime(ReplicaOf(command.Number(0)), command.Number(1));
                break;
            case "periodic_all":
                PassTime(command.Number(0));
                break;
            case "loop_until_sync":
                LoopUntilSync(command);
                break;
            default:
                ExecuteNetwork(command);
                break;
        }
    }

    private static ulong[] Listed(CcfCommand command, string list)
    {
        var numbers = new List<ulong>();
        var isIn = string.Equals(command.Name, "swap_node", StringComparison.Ordinal) && list is "out";
        for (var i = 1; i < command.Arguments.Count; i++)
        {
            if (command.Arguments[i] is "in" or "out")
            {
                isIn = string.Equals(command.Arguments[i], list, StringComparison.Ordinal);
            }
            else if (isIn)
            {
                numbers.Add(command.Number(i));
            }
        }

        return [.. numbers];
    }

    /// <summary>A group of one that leads in term 2 and whose first entry is its configuration.</summary>
    private void StartNode(ulong node)
    {
        var id = ReplicaOf(node);
        var state = ReplicaState.Bootstrap(Cluster.ConfigurationOf([id]));
        AddReplica(id, state with { HardState = new HardState(1, ReplicaId.None, 0) });
        _members.Add(id);
        // Time enough for its only election, and for the silence after a start to be over before the scenario begins.
        _cluster.AdvanceClock(id, TimeSpan.FromSeconds(10));
        _cluster.Finish();
        var first = _cluster[id].Log.Memory.Get(1);
        Invariant.Holds(first.Term == 2 && _cluster[id].Status.Role == Role.Leader);
        _indexes.Register(first.Id, CcfEntryKind.Configuration);
    }

    private void AddReplica(ulong id, ReplicaState state) => _cluster.Add(id, state, new ProtocolOptions
    {
        PreVote = _preVote,
        Stickiness = false,
        StepDownOnRemoval = false,
    });

    private void MaybeRetireLeaders()
    {
        foreach (var replica in _cluster.Replicas)
        {
            var log = replica.Log.Memory;
            var status = replica.Status;
            foreach (var (id, nodes) in _cleanups)
            {
                if (status.Role == Role.Leader && nodes.Contains(replica.Id.Value) && log.Covers(id)
                    && _indexes.CommittedInCcf(log, status.HardState.Commit) >= _indexes.ToCcf(log, id.Index))
                {
                    Retire(replica, status);
                }
            }
        }
    }

    /// <summary>
    /// It hands over. Its successor knows that it is no member and will not speak to it any more, so that it would lead
    /// until it misses its quorum; in CCF it gives up at once, so here that time passes for it.
    /// </summary>
    private void Retire(ReplicaUnderTest leader, RaftStatus status)
    {
        var id = leader.Id.Value;
        if (status.TransferTarget == ReplicaId.None)
        {
            _cluster.Transfer(id, 0);
            _cluster.Finish(leader);
        }

        var target = leader.Status.TransferTarget;
        if (leader.Status.Progress.Any(member => member.Replica == target && member.Match == status.LastIndex))
        {
            _cluster.AdvanceClock(id, TimeSpan.FromMilliseconds(ElectionTimeoutMs));
        }
    }

    private void PassTime(ulong milliseconds)
    {
        foreach (var id in _cluster.Ids.ToArray())
        {
            PassTime(id, milliseconds);
        }
    }

    /// <summary>
    /// Time passes on one node; an election timeout makes a follower or candidate campaign, whatever its timer drew.
    /// </summary>
    private void PassTime(ulong id, ulong milliseconds)
    {
        var replica = _cluster[id];
        var wasLeader = replica.Status.Role == Role.Leader;
        var events = replica.Events.Count;
        _inPeriod = id;
        ReportLosses(id);
        MaybeLeave(id);
        _cluster.AdvanceClock(id, TimeSpan.FromMilliseconds(milliseconds));
        _cluster.Finish(replica);
        _cluster.Network.Release(id, message =>
            replica.Status is { Role: Role.Leader } status && status.HardState.Term == message.Term);
        _inPeriod = 0;
        var campaigned = replica.Events.Skip(events).Any(happened =>
            happened.Kind == RaftEventKind.RoleChanged && happened.Role is Role.PreCandidate or Role.Candidate);
        if (milliseconds >= ElectionTimeoutMs && !wasLeader && !campaigned)
        {
            _cluster.Campaign(id);
        }
    }

    private void LoopUntilSync(CcfCommand command)
    {
        _cluster.Heal();
        if (_cluster.Leader() is not { } leader)
        {
            Require(condition: false, command, "nobody leads");
            return;
        }

        var term = leader.Status.HardState.Term.ToString(CultureInfo.InvariantCulture);
        Enqueue(new Append(command with { Arguments = [term] }, CcfEntryKind.Signature, null));
        for (var i = 0; i < SyncRoundsMax && Discrepancy(_members) is not null; i++)
        {
            PassTime(leader.Id.Value, 10);
            DispatchAll();
        }

        if (Discrepancy(_members) is { } discrepancy)
        {
            Require(condition: false, command, discrepancy);
        }
    }

    private sealed record Append(CcfCommand Command, CcfEntryKind Kind, ulong[]? Members);
}
