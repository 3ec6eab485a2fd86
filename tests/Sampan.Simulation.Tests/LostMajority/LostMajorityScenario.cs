using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Testing.Workers;

namespace Sampan.Simulation.Tests.LostMajority;

/// <summary>
/// One history: a cluster with its troubles, all power lost at once, one store recovered, the others back, and new
/// stores in their place. What clients were told is remembered outside.
/// </summary>
internal sealed class LostMajorityScenario
{
    /// <summary>The group.</summary>
    public static readonly GroupId Group = new(1);

    /// <summary>T of the group.</summary>
    public static readonly TimeSpan ElectionTimeout = TimeSpan.FromMilliseconds(300);

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    private readonly Prng _prng;
    private readonly SimulatedTimeline _timeline;
    private readonly ScenarioNetwork _network;
    private readonly ScenarioStore[] _stores;
    private readonly Configuration _initial;
    private readonly Dictionary<ulong, LogId> _acknowledged = [];

    // What clients of the others wrote after the recovery, which they could not reach.
    private readonly HashSet<ulong> _astray = [];
    private bool _isAstray;

    // The power is going, or gone: nobody is started again.
    private bool _isLost;
    private ScenarioStore[] _targets = [];
    private ulong _lastValue;

    /// <summary>A cluster that does not run yet.</summary>
    public LostMajorityScenario(ulong seed, int count)
    {
        _prng = new Prng(seed);
        _timeline = new SimulatedTimeline(_prng.Fork());
        _network = new ScenarioNetwork(_timeline, _prng.Fork(), count);
        _stores =
        [
            .. Enumerable.Range(1, count).Select(
                id => new ScenarioStore(_timeline, _network, _prng.Fork(), (ulong)id)),
        ];
        _initial = Configuration.Of(_stores.Select(store => new Member(new ReplicaId(store.Id.Value), store.Id)), []);
    }

    /// <summary>How many writes were acknowledged before the loss, and how many the store that is left had.</summary>
    public (int Acknowledged, int Held) Kept { get; private set; }

    /// <summary>Plays it.</summary>
    public void Run()
    {
        PlayBefore();
        var left = _stores[_prng.NextBelow(_stores.Length)];
        var others = _stores.Where(store => store != left).ToArray();
        Recover(left);
        var held = _acknowledged.Keys.ToHashSet();
        _targets = [left];
        RunUntil(() => _acknowledged.Count > held.Count + 20, "the store that is left takes writes");
        ComeBack(left, others);
        AssertAll(left);
        BeginAnew(left, others);
        Replace(left, others);
    }

    private void PlayBefore()
    {
        Array.ForEach(_stores, store => store.Start(_initial));
        _targets = _stores;
        PlanWrite();
        RunUntil(() => _acknowledged.Count > 20, "the cluster takes writes");
        var end = _timeline.Now.After(TimeSpan.FromMilliseconds(500 + _prng.NextBelow(3000)));
        while (_timeline.Now < end)
        {
            RunFor(TimeSpan.FromMilliseconds(50 + _prng.NextBelow(400)));
            Disturb();
        }

        _isLost = true;
        foreach (var store in _stores)
        {
            // Not all at the same instant: some of them acknowledge more before they go.
            RunFor(_prng.NextBelow(TimeSpan.FromMilliseconds(20)));
            store.LosePower();
        }

        _targets = [];
        RunFor(TimeSpan.FromSeconds(2));
    }

    private void Disturb()
    {
        var store = _stores[_prng.NextBelow(_stores.Length)];
        var other = _stores[_prng.NextBelow(_stores.Length)];
        if (_prng.Chance(1, 2) && store != other)
        {
            _network.Part(store.Id, other.Id, isParted: true);
            PlanIn(200 + _prng.NextBelow(600), () => _network.Part(store.Id, other.Id, isParted: false));
        }
        else if (store.IsUp && _stores.All(each => each.IsUp))
        {
            store.LosePower();
            PlanIn(20 + _prng.NextBelow(300), () =>
            {
                if (!store.IsUp && !_isLost)
                {
                    store.Start(_initial);
                }
            });
        }
    }

    /// <summary>
    /// What the store held, by its log, is there when it leads alone; what only others had acknowledged is gone.
    /// </summary>
    private void Recover(ScenarioStore left)
    {
        var found = Assert.Single(left.Look().Groups);
        Assert.Equal(1UL, left.Recover().Generation);
        left.Start(_initial);
        RunUntil(() => left.Group?.Status is { IsLeader: true }, "the store that is left leads");
        RunUntil(() => left.Group?.Status.AppliedIndex > found.Last.Index, "it has applied what it held");
        var places = left.Machine.Places.ToDictionary(place => place.Value);
        var acknowledged = _acknowledged.ToArray();
        foreach (var (value, position) in acknowledged)
        {
            if (IsHeld(found.Found, position))
            {
                Assert.True(places.ContainsKey(value), $"{value} at {position} was acknowledged, held, and is lost");
                Assert.Equal((position.Index, position.Term), (places[value].Index, places[value].Term));
            }
            else
            {
                Assert.DoesNotContain(value, places.Keys);
                _acknowledged.Remove(value);
            }
        }

        Kept = (acknowledged.Length, _acknowledged.Count);
        Assert.All(left.Machine.Places, place => Assert.True(place.Index <= found.Last.Index));
    }

    // What lies at the base or below was committed, and is covered by a snapshot.
    private static bool IsHeld(RecoveredGroup found, LogId position) =>
        position.Index <= found.Base.Index
        || (position.Index <= found.LastIndex
            && found.TermRuns.Last(run => run.Index <= position.Index).Term == position.Term);

    private void ComeBack(ScenarioStore left, ScenarioStore[] others)
    {
        var isParted = _prng.Chance(1, 2);
        foreach (var other in others)
        {
            if (isParted)
            {
                _network.Part(left.Id, other.Id, isParted: true);
            }

            other.Start(_initial);
        }

        var before = left.Machine.Places.Count;
        if (isParted)
        {
            // They cannot know; but they may not bring what they do now along.
            RunUntil(() => others.Any(other => other.Group?.Status is { IsLeader: true }), "the others lead");
            (_targets, _isAstray) = (others, true);
            RunFor(TimeSpan.FromMilliseconds(500));
            (_targets, _isAstray) = ([left], false);
            Array.ForEach(others, other => _network.Part(left.Id, other.Id, isParted: false));
        }

        RunUntil(
            () => others.All(other => other.Group?.Status.Failure is not null),
            "the others hear that they were given up",
            () => Assert.True(isParted || !others.Any(other => other.Group?.Status is { IsLeader: true })));
        RunFor(
            TimeSpan.FromSeconds(3),
            () => Assert.DoesNotContain(others, other => other.Group?.Status is { IsLeader: true }));
        foreach (var other in others)
        {
            Assert.Contains(other.Remarks, remark => remark.StartsWith(
                $"store {other.Id} takes no part any more: ", StringComparison.Ordinal));
        }

        Assert.Contains(left.Refusals, reason => reason.Contains(
            "it belongs to the majority that was given up by `recover`", StringComparison.Ordinal));
        Assert.True(left.Machine.Places.Count > before, "the store that is left was disturbed");
        Assert.DoesNotContain(left.Machine.Places, place => _astray.Contains(place.Value));
        var added = left.Machine.Places.Skip(before).Select(place => place.Value).ToHashSet();
        foreach (var other in others)
        {
            Assert.DoesNotContain(other.Machine.Places, place => added.Contains(place.Value));
        }
    }

    /// <summary>
    /// The others get empty disks and are started as at the very first time. Whether they meet the one that is left
    /// before they begin the group or after, they are no majority beside it.
    /// </summary>
    private void BeginAnew(ScenarioStore left, ScenarioStore[] others)
    {
        foreach (var other in others)
        {
            other.LosePower();
            other.LoseDisk();
            other.Start(_initial);
        }

        // Four of five are enough to admit each other, until they meet the fifth.
        RunFor(TimeSpan.FromSeconds(2));
        var before = left.Machine.Places.Count;
        RunFor(
            TimeSpan.FromSeconds(3),
            () => Assert.DoesNotContain(others, other => other.Group?.Status is { IsLeader: true }));
        Assert.True(left.Machine.Places.Count > before, "the store that is left was disturbed");
        Assert.All(others, other => Assert.True(
            other.Group?.Status is null or { Failure: not null }, $"store {other.Id} takes part {Describe()}"));
        AssertAll(left);
    }

    /// <summary>
    /// Stores with empty disks take the place of those that were given up, and can do without the first.
    /// </summary>
    private void Replace(ScenarioStore left, ScenarioStore[] others)
    {
        foreach (var other in others)
        {
            other.LosePower();
            other.LoseDisk();
            other.Start(initial: null);

            // Before it is named: what is bound is the incarnation that was met last.
            RunFor(TimeSpan.FromSeconds(1));
            var member = new Member(new ReplicaId(other.Id.Value + 100), other.Id);
            ChangeUntilDone(left, MembershipChange.AddLearner(member));
            ChangeUntilDone(left, MembershipChange.AddVoter(member));
        }

        var configuration = left.Group?.Status.Configuration;
        Assert.Equal((_stores.Length, 1UL), (configuration?.Voters.Length, configuration?.RecoveryGeneration));
        left.LosePower();
        _targets = others;
        var before = _acknowledged.Count;
        RunUntil(() => _acknowledged.Count > before + 20, "the new stores take writes");
        left.Start(_initial);
        _targets = [];
        RunUntil(() => _stores.All(store => store.Group?.Status is { } now
            && now.AppliedIndex == _stores.Max(each => each.Group?.Status.LastIndex)), "all are equal");
        Array.ForEach(_stores, AssertAll);
        Array.ForEach(_stores, store => Assert.Equal(left.Machine.Places, store.Machine.Places));
    }

    private void ChangeUntilDone(ScenarioStore left, MembershipChange change)
    {
        Task? asked = null;
        var end = _timeline.Now.After(_patience);
        while (asked is not { IsCompletedSuccessfully: true })
        {
            Assert.True(_timeline.Now < end, $"a change is not done: {asked?.Exception?.Message} {Describe()}");
            asked = asked is null || asked.IsFaulted
                ? left.Group?.ChangeMembershipAsync(change, CancellationToken.None).AsTask()
                : asked;
            RunFor(TimeSpan.FromMilliseconds(20));
        }
    }

    private void AssertAll(ScenarioStore store)
    {
        var places = store.Machine.Places.ToDictionary(place => place.Value);
        foreach (var (value, position) in _acknowledged)
        {
            Assert.True(places.TryGetValue(value, out var place), $"{value} at {position} is lost at store {store.Id}");
            Assert.Equal((position.Index, position.Term), (place.Index, place.Term));
        }
    }

    private void PlanWrite() => PlanIn(1 + _prng.NextBelow(10), () =>
    {
        if (_targets.Length > 0 && _targets[_prng.NextBelow(_targets.Length)].Group is { } group)
        {
            var value = ++_lastValue;
            if (_isAstray)
            {
                _astray.Add(value);
            }

            _ = WriteAsync(group, value);
        }

        PlanWrite();
    });

    private async Task WriteAsync(IRaftGroup group, ulong value)
    {
        try
        {
            var result = await group.ProposeAsync(HistoryMachine.Encode(value), CancellationToken.None)
                .ConfigureAwait(false);
            if (!_astray.Contains(value))
            {
                _acknowledged.Add(value, result.Position);
            }
        }
        catch (RaftException)
        {
            // Nobody was told anything.
        }
    }

    private string Describe() => string.Join('\n', _stores.Select(store => $"store {store.Id}: "
        + (store.Group?.Status is { } now ? $"term {now.Term} leader {now.Leader} commit {now.CommitIndex} applied "
            + $"{now.AppliedIndex} log {now.FirstIndex}..{now.LastIndex} {now.Configuration} {now.Failure}" : "none")
        + $"; {string.Join(" | ", store.Remarks.TakeLast(1))}; {string.Join(" | ", store.Refusals.TakeLast(1))}"));

    private void PlanIn(int milliseconds, Action action) =>
        _timeline.Schedule(_timeline.Now.After(TimeSpan.FromMilliseconds(milliseconds)), action);

    private void RunFor(TimeSpan duration, Action? check = null)
    {
        var end = _timeline.Now.After(duration);
        while (_timeline.Now < end && _timeline.Step())
        {
            check?.Invoke();
        }
    }

    private void RunUntil(Func<bool> isReached, string what, Action? check = null)
    {
        var end = _timeline.Now.After(_patience);
        while (!isReached())
        {
            Assert.True(_timeline.Now < end && _timeline.Step(), $"not in time: {what} {Describe()}");
            check?.Invoke();
        }
    }
}
