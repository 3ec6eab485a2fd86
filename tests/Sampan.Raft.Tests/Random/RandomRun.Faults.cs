using Sampan.Model;
using Sampan.Raft.Tests.Fixture;

namespace Sampan.Raft.Tests.Random;

/// <content>Links, power, and changes of members.</content>
internal sealed partial class RandomRun
{
    private void HappenToWorld(RandomAction action)
    {
        switch (action)
        {
            case RandomAction.Calm:
                _cluster.Stabilize();
                break;
            case RandomAction.Cut:
                Cut();
                break;
            case RandomAction.Partition:
                _cluster.Partition([.. _cluster.Ids.Where(_ => _prng.Chance(1, 2))]);
                break;
            case RandomAction.Isolate when PickLeader() is { } lonely:
                _cluster.Isolate(lonely.Id.Value);
                break;
            case RandomAction.Heal:
                _cluster.Heal();
                break;
            case RandomAction.Crash:
                Crash();
                break;
            case RandomAction.Restart:
                Restart();
                break;
            case RandomAction.Unreachable when PickUp() is { } replica:
                var other = new ReplicaId(1 + _prng.NextBelow(_lastId));
                replica.Do($"unreachable {other}", core => core.PeerUnreachable(other));
                break;
            default:
                break;
        }
    }

    private void Cut()
    {
        var left = 1 + _prng.NextBelow(_lastId);
        var right = 1 + _prng.NextBelow(_lastId);
        _cluster.Network.Cut(left, right);
        if (_prng.Chance(1, 2))
        {
            _cluster.Network.Cut(right, left);
        }
    }

    /// <summary>Mostly a minority is down: a group that can do nothing shows nothing.</summary>
    private void Crash()
    {
        var alive = _cluster.Replicas.Count(replica => !replica.IsDestroyed);
        var down = _cluster.Replicas.Count(replica => !replica.IsDestroyed && !replica.IsUp);
        if ((down + 1) * 2 < alive || _prng.Chance(1, 5))
        {
            PickUp()?.Crash();
        }
    }

    private void Restart()
    {
        var down = _cluster.Replicas.Where(replica => !replica.IsUp && !replica.IsDestroyed).ToList();
        if (down.Count == 0)
        {
            return;
        }

        var replica = down[_prng.NextBelow(down.Count)];
        // A clock of another life shows other instants; within a life it may run fast or slow.
        replica.ClockOffset = TimeSpan.FromSeconds(_prng.NextBetween(-3000, 3000));
        replica.ClockRatePerMille = _prng.NextBetween(-_profile.ClockDriftPerMille, _profile.ClockDriftPerMille);
        replica.FlushesApplied = _profile.FlushesApplied;
        _coverage.Restarts++;
        _cluster.Restart(replica.Id.Value, LoseSnapshots(replica));
    }

    /// <summary>
    /// Sometimes its snapshots are damaged. Another replica must be able to help, so this happens to one at a time.
    /// </summary>
    private ulong LoseSnapshots(ReplicaUnderTest replica)
    {
        var needed = replica.Log.Durable.Base.Index;
        var isAlone = _cluster.Replicas.Count(other => !other.IsDestroyed) < 2;
        if (!_profile.LosesSnapshots || isAlone || needed == 0 || _prng.Chance(1, 4)
            || _cluster.Replicas.Any(other => other != replica && IsWithoutState(other)))
        {
            return IsWithoutState(replica) ? needed : 0;
        }

        replica.LoseSnapshots();
        _coverage.Losses++;
        return needed;
    }

    private static bool IsWithoutState(ReplicaUnderTest replica) =>
        !replica.IsDestroyed && replica.Machine.Last.Index < replica.Log.Durable.Base.Index;

    private void Change()
    {
        if (PickLeader() is not { } replica)
        {
            return;
        }

        var configuration = replica.Status.Configuration.Configuration;
        if (configuration.IsJoint)
        {
            _cluster.ProposeChange(replica.Id.Value, new MembershipChange([]));
            return;
        }

        var steps = new List<MemberChange>();
        for (var i = _prng.NextBetween(1, 2); i > 0; i--)
        {
            steps.Add(DrawStep(configuration));
        }

        var transition = (MembershipTransition)_prng.NextBelow(3);
        _cluster.ProposeChange(replica.Id.Value, new MembershipChange(steps, transition));
    }

    private MemberChange DrawStep(Configuration configuration)
    {
        var members = configuration.Members;
        var member = members.Length > 0 ? members[_prng.NextBelow(members.Length)] : Cluster.MemberOf(1);
        switch (_prng.NextBelow(6))
        {
            case 0 or 1 when _lastId < ReplicasMax && members.Length < 6:
                // An id is never used again, also if the change is refused.
                var kind = _prng.Chance(1, 2) ? MemberChangeKind.AddVoter : MemberChangeKind.AddLearner;
                return new MemberChange(kind, Cluster.MemberOf(++_lastId));
            case 2:
                return new MemberChange(MemberChangeKind.Remove, member);
            case 3:
                return new MemberChange(MemberChangeKind.AddLearner, member);
            case 4:
                return new MemberChange(MemberChangeKind.AddVoter, member);
            default:
                return new MemberChange(MemberChangeKind.Update, member with { Priority = _prng.NextBetween(1, 3) });
        }
    }
}
