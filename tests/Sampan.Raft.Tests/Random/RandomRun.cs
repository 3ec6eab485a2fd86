using System.Globalization;
using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Events;
using Sampan.Raft.Tests.Fixture;

namespace Sampan.Raft.Tests.Random;

/// <summary>
/// One seed: a group to which everything happens that may happen, with all checks on after each event; then the faults
/// stop, and it must recover. The seed decides all of it.
/// </summary>
internal sealed partial class RandomRun
{
    private const int ReplicasMax = 9;
    private const int MessagesMax = 400;

    private readonly Prng _prng;
    private readonly RandomProfile _profile;
    private readonly RandomCoverage _coverage;
    private readonly Cluster _cluster;
    private ulong _lastId;
    private ulong _commands;

    /// <summary>A run that has not begun.</summary>
    public RandomRun(ulong seed, RandomCoverage coverage)
    {
        _prng = new Prng(seed);
        _profile = new RandomProfile(_prng);
        _coverage = coverage;
        _lastId = (ulong)_profile.Voters;
        _cluster = new Cluster(_profile.Voters, new ClusterOptions
        {
            Seed = _prng.Next(),
            Protocol = _profile.Protocol,
            Configure = _profile.Configure,
            ProcessesReady = _profile.IsSynchronous,
            CreatesReplicas = true,
        });
    }

    /// <summary>The last events.</summary>
    public Trace Trace => _cluster.Trace;

    /// <summary>Lets this many events happen, then requires recovery.</summary>
    public void Run(int events)
    {
        for (var i = 0; i < events; i++)
        {
            Happen(_profile.Draw(_prng));
            foreach (var replica in _cluster.Replicas)
            {
                Observe(replica);
            }
        }

        Recover();
        _coverage.Leaders += _cluster.Checker.LeaderCount;
        _coverage.Committed += _cluster.Checker.Committed.LastIndex;
    }

    private void Happen(RandomAction action)
    {
        switch (action)
        {
            case RandomAction.Deliver or RandomAction.Drop or RandomAction.Double:
                HappenToMessage(action);
                break;
            case RandomAction.Work:
                Work(PickUp());
                break;
            case RandomAction.Finish:
                FinishOne(PickUp());
                break;
            case RandomAction.PassTime:
                PassTime();
                break;
            case RandomAction.Propose:
                Propose();
                break;
            case RandomAction.Read:
                Read(_prng.Chance(1, 2) ? PickLeader() : PickUp());
                break;
            case RandomAction.Change:
                Change();
                break;
            case RandomAction.Transfer:
                Transfer();
                break;
            case RandomAction.Snapshot:
                PickUp()?.TakeSnapshot();
                break;
            case RandomAction.Compact:
                Compact(PickUp());
                break;
            // A lease rests on the promise not to campaign early: where reads may rest on leases nobody does.
            case RandomAction.Campaign when !_profile.LeaseReads && PickUp() is { } replica:
                _cluster.Campaign(replica.Id.Value);
                break;
            default:
                HappenToWorld(action);
                break;
        }
    }

    /// <summary>A replica that is up, often the leader; null if none is.</summary>
    private ReplicaUnderTest? PickUp()
    {
        var up = _cluster.Replicas.Where(replica => replica.IsUp).ToList();
        return up.Count == 0 ? null : up[_prng.NextBelow(up.Count)];
    }

    /// <summary>Mostly a replica that thinks that it leads, also one that was deposed without knowing it.</summary>
    private ReplicaUnderTest? PickLeader()
    {
        var leaders = _cluster.Replicas.Where(replica => replica.IsUp && replica.Core.Role == Role.Leader).ToList();
        return leaders.Count == 0 || _prng.Chance(1, 10) ? PickUp() : leaders[_prng.NextBelow(leaders.Count)];
    }

    private void HappenToMessage(RandomAction action)
    {
        var links = _cluster.Network.Busy;
        if (links.Count == 0)
        {
            return;
        }

        var (from, to) = links[_prng.NextBelow(links.Count)];
        var waiting = _cluster.Network.Waiting(from, to).Count;
        var position = _prng.Chance(_profile.ReorderChance, 100) ? _prng.NextBelow(waiting) : 0;
        if (action == RandomAction.Deliver)
        {
            _cluster.Deliver(from, to, position);
        }
        else if (action == RandomAction.Drop || _cluster.Network.Count > MessagesMax)
        {
            _cluster.Drop(from, to, position);
        }
        else
        {
            _cluster.Network.Double(from, to, position);
        }
    }

    private void Work(ReplicaUnderTest? replica)
    {
        if (replica is null)
        {
            return;
        }

        var now = _cluster.ClockOf(replica.Id.Value);
        switch (_prng.NextBelow(6))
        {
            case 0:
                replica.WriteNext();
                break;
            case 1 when replica.WrittenNumber > 0:
                replica.ReportPersisted(DrawReport(replica), now);
                break;
            case 2:
                replica.ApplyNext();
                break;
            case 3:
                _coverage.DiskReads += replica.ServeWanted(_prng.Chance(4, 5)) ? 1 : 0;
                break;
            default:
                replica.TakeReady(DrawBudget(), now);
                break;
        }

        _cluster.CollectOutbox(replica);
    }

    /// <summary>Mostly the newest write, sometimes an old one again: reports may be late.</summary>
    private ulong DrawReport(ReplicaUnderTest replica) =>
        _prng.Chance(1, 4) ? 1 + _prng.NextBelow(replica.WrittenNumber) : replica.WrittenNumber;

    private ReadyBudget DrawBudget() => _prng.NextBelow(7) switch
    {
        0 => new ReadyBudget(0, int.MaxValue, EndOfRound: true),
        1 => new ReadyBudget(_prng.NextBetween(1, 100), 1, EndOfRound: false),
        2 => new ReadyBudget(long.MaxValue, 0, EndOfRound: false),
        3 => ReadyBudget.Unlimited with { IsWithoutEntries = true },
        _ => ReadyBudget.Unlimited,
    };

    private void FinishOne(ReplicaUnderTest? replica)
    {
        if (replica is not null)
        {
            _cluster.Finish(replica);
        }
    }

    private void PassTime()
    {
        _cluster.PassTime(_prng.NextBelow(_profile.StepMax));
        foreach (var replica in _cluster.Replicas.Where(replica => replica.IsUp).ToList())
        {
            var now = _cluster.ClockOf(replica.Id.Value);
            if (replica.Core.NextDeadline <= now && _prng.Chance(9, 10))
            {
                _cluster.Tick(replica.Id.Value);
            }
        }
    }

    private void Propose()
    {
        if (PickLeader() is not { } replica)
        {
            return;
        }

        for (var i = _prng.NextBetween(1, 3); i > 0; i--)
        {
            _cluster.Propose(replica.Id.Value, NextCommand());
        }
    }

    private string NextCommand() =>
        (++_commands).ToString(CultureInfo.InvariantCulture) + new string('.', _prng.NextBelow(60));

    private void Read(ReplicaUnderTest? replica)
    {
        if (replica is not null)
        {
            _cluster.ReadIndex(replica.Id.Value, out _);
        }
    }

    private void Transfer()
    {
        if (PickLeader() is { } replica)
        {
            var status = _cluster.Transfer(replica.Id.Value, _prng.NextBelow(_lastId + 1));
            _coverage.Transfers += status == TransferStatus.Started ? 1 : 0;
        }
    }

    private void Compact(ReplicaUnderTest? replica)
    {
        if (replica is null)
        {
            return;
        }

        if (_prng.Chance(1, 2))
        {
            replica.Log.Evict(_prng.NextBelow(replica.Log.Durable.LastIndex + 2));
            return;
        }

        var last = replica.Log.Durable.Snapshot?.Last.Index ?? 0;
        replica.Compact(last - _prng.NextBelow(Math.Min(last, 8) + 1) + 1);
    }

    /// <summary>Counts what happened, and deletes replicas that learned of their removal.</summary>
    private void Observe(ReplicaUnderTest replica)
    {
        foreach (var happened in replica.Events)
        {
            _coverage.Truncations += happened.Kind == RaftEventKind.LogTruncated ? 1 : 0;
            _coverage.Installs += happened.Kind == RaftEventKind.SnapshotAccepted ? 1 : 0;
            _coverage.Changes += happened is { Kind: RaftEventKind.ConfigurationCommitted, Role: Role.Leader } ? 1 : 0;
        }

        _coverage.Reads += replica.Reads.Count(read => read.Outcome == ReadOutcome.Confirmed);
        replica.Events.Clear();
        replica.Reads.Clear();
        if (replica.IsUp && replica.Core.IsRemoved)
        {
            replica.TakeReady(ReadyBudget.Unlimited, _cluster.ClockOf(replica.Id.Value));
            replica.Destroy();
            _coverage.Removals++;
        }
    }
}
