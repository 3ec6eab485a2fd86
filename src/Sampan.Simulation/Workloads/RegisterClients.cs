using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Simulation.Checks;
using Sampan.Simulation.Faults;
using Sampan.Simulation.Stores;

namespace Sampan.Simulation.Workloads;

/// <summary>
/// Clients that write and read registers through any store, and hold every answer against what was shown before. A
/// client that has waited long turns to something else, but its call stays open: it must be answered some time.
/// </summary>
internal sealed class RegisterClients
{
    private const int KeysPerGroup = 4;

    private readonly SimulationWorld _world;
    private readonly Prng _prng;
    private readonly GroupId[] _groups;
    private readonly Dictionary<(GroupId Group, ulong Key), RegisterChecker> _registers = [];
    private readonly CallHistory _history = new();
    private readonly List<ClientCall> _open = [];
    private ulong _lastValue;
    private bool _hasStopped;

    /// <summary>Clients that have not begun.</summary>
    public RegisterClients(SimulationWorld world, Prng prng)
    {
        _world = world;
        _prng = prng;
        _groups = [.. world.Groups.Keys];
    }

    /// <summary>Writes that were acknowledged.</summary>
    public int Writes { get; private set; }

    /// <summary>Reads that were answered.</summary>
    public int Reads { get; private set; }

    /// <summary>Requests that failed.</summary>
    public int Failures { get; private set; }

    /// <summary>Requests that have no answer yet.</summary>
    public IReadOnlyList<ClientCall> Open => _open;

    /// <summary>Begins.</summary>
    public void Start(int clients)
    {
        for (var i = 0; i < clients; i++)
        {
            PlanNext((ulong)i);
        }
    }

    /// <summary>
    /// All answers are there: throws if they do not fit together; false if that could not be found out.
    /// </summary>
    public bool Judge() => _history.Judge();

    /// <summary>No further request is made.</summary>
    public void Stop() => _hasStopped = true;

    /// <summary>A store died, and with it the answers to what was asked there.</summary>
    public void StoreCrashed(SimulatedStore store) =>
        _open.RemoveAll(call => call.Store == store.Id && call.Life == store.Life);

    /// <summary>Asks a group at a store; false if it has no replica that runs.</summary>
    public bool TryCall(SimulatedStore store, GroupId group, bool isRead, Action<ClientCall>? then = null) =>
        Begin(store, group, (ulong)_prng.NextBelow(KeysPerGroup), isRead ? 0 : ++_lastValue, then) is not null;

    private ClientCall? Begin(
        SimulatedStore store,
        GroupId group,
        ulong key,
        ulong value,
        Action<ClientCall>? then,
        ReadOnlyMemory<byte>? extra = null)
    {
        if (store.Groups is null || !store.Groups.TryGet(group, out var door))
        {
            return null;
        }

        var call = new ClientCall(group, key, value, ended => PlanEnd(ended, then))
        {
            Mark = RegisterOf(group, key).Mark,
            Extra = extra ?? DrawExtra(isRead: value == 0),
            Place = value == 0 ? _history.Reads(group, key) : _history.Writes(group, key, value),
            Store = store.Id,
            Life = store.Life,
        };
        _open.Add(call);
        call.Begin(door);
        return call;
    }

    private void PlanNext(ulong client, int delayMicrosecondsMax = 10_000) => _world.PlanAfter(
        TimeSpan.FromMicroseconds(100 + _prng.NextBelow(_prng.Chance(1, 20) ? 300_000 : delayMicrosecondsMax)),
        () => Act(client));

    private void Act(ulong client)
    {
        if (_hasStopped)
        {
            return;
        }

        var hasGoneOn = false;
        var group = _groups[_prng.NextBelow(_groups.Length)];
        var store = AnyStore();
        var key = (ulong)_prng.NextBelow(KeysPerGroup);
        var call = Begin(store, group, key, _prng.Chance(1, 3) ? 0 : ++_lastValue, Ended);
        if (call is null)
        {
            GoOn(hasFailed: true);
            return;
        }

        _world.PlanAfter(_world.Options.ElectionTimeout * 2, () => GoOn(hasFailed: false));
        if (_prng.Chance(1, 30))
        {
            _world.PlanAfter(TimeSpan.FromMicroseconds(_prng.NextBelow(3000)), () => GiveUp(call));
        }

        if (_prng.Chance(1, 60))
        {
            Pipeline(store, group);
        }

        void Ended(ClientCall ended)
        {
            MaybeRetry(ended);
            GoOn(ended.Failure is not null);
        }

        void GoOn(bool hasFailed)
        {
            if (!hasGoneOn)
            {
                hasGoneOn = true;
                PlanNext(client, hasFailed ? 200_000 : 10_000);
            }
        }
    }

    // Many at once, beside the client's own: more than a full mailbox or log may take.
    private void Pipeline(SimulatedStore store, GroupId group)
    {
        _world.Ledger.Count(FaultKind.CallsPipelined, store.Id);
        for (var i = 2 + _prng.NextBelow(30); i > 0; i--)
        {
            Begin(store, group, (ulong)_prng.NextBelow(KeysPerGroup), _prng.Chance(1, 3) ? 0 : ++_lastValue, null);
        }
    }

    private void GiveUp(ClientCall call)
    {
        if (_open.Contains(call))
        {
            _world.Ledger.Count(FaultKind.CallCancelled, call.Store);
            call.Cancel();
        }
    }

    // What certainly had no effect may be tried again with the same value, perhaps somewhere else; once.
    private void MaybeRetry(ClientCall call)
    {
        if (_hasStopped || call.IsRead || call.Failure?.Outcome != RequestOutcome.NotApplied || _prng.Chance(1, 2))
        {
            return;
        }

        _world.Ledger.Count(FaultKind.CallRetried, call.Store);
        _world.Checkers[call.Group].Applies.TriedAgain(call.Value);
        _ = Begin(AnyStore(), call.Group, call.Key, call.Value, null, call.Extra);
    }

    private ReadOnlyMemory<byte> DrawExtra(bool isRead) => _world.Options.Machine is not { } machine ? default
        : isRead ? machine.NextQuery?.Invoke(_prng) ?? default
        : machine.NextCommand(_prng);

    private SimulatedStore AnyStore() => _world.Stores[_prng.NextBelow(_world.Stores.Count)];

    // An event of its own: what a check throws must not end in the call's task.
    private void PlanEnd(ClientCall call, Action<ClientCall>? then) =>
        _world.PlanAfter(TimeSpan.Zero, () => End(call, then));

    private void End(ClientCall call, Action<ClientCall>? then)
    {
        if (!_open.Remove(call))
        {
            // The store died at this very instant.
            return;
        }

        _world.Timeline.Mix(((ulong)call.Group.Value << 32) ^ call.Value ^ call.Written.Position.Index);
        if (call.IsCancelled)
        {
            Failures++;
        }
        else if (call.Failure is not null)
        {
            Failures++;
            EndFailed(call, call.Failure.Outcome);
        }
        else if (call.IsRead)
        {
            EndRead(call);
        }
        else
        {
            EndWrite(call);
        }

        then?.Invoke(call);
    }

    private void EndFailed(ClientCall call, RequestOutcome outcome)
    {
        if (call.IsRead)
        {
            _history.Failed(call.Place);
        }
        else if (outcome == RequestOutcome.NotApplied)
        {
            _history.Failed(call.Place);
            _world.Checkers[call.Group].Applies.Refused(call.Value);
        }
    }

    private void EndRead(ClientCall call)
    {
        Reads++;
        var (value, index) = RegisterCodec.Decode(call.Seen.Answer.Span);
        _history.Saw(call.Place, value);
        if (index > 0 && !_world.Checkers[call.Group].Applies.IsApplied(index, call.Key, value))
        {
            Fail(call, $"it saw value {value} of index {index}, which nobody wrote there");
        }

        if (RegisterOf(call.Group, call.Key).ReadEnded(call.Mark, index) is { } wrong)
        {
            Fail(call, wrong);
        }
    }

    private void EndWrite(ClientCall call)
    {
        Writes++;
        _history.Wrote(call.Place);
        _world.Checkers[call.Group].Applies.Acknowledged(call.Written.Position, call.Value);
        if (RegisterOf(call.Group, call.Key).WriteEnded(call.Mark, call.Written.Position.Index) is { } wrong)
        {
            Fail(call, wrong);
        }
    }

    private RegisterChecker RegisterOf(GroupId group, ulong key)
    {
        if (!_registers.TryGetValue((group, key), out var register))
        {
            register = new RegisterChecker();
            _registers.Add((group, key), register);
        }

        return register;
    }

    private static void Fail(ClientCall call, string wrong) => throw new SimulationFailedException(
        $"group {call.Group}: {(call.IsRead ? "a read" : $"the write of {call.Value}")} of register {call.Key} at "
        + $"store {call.Store} is not linearizable: {wrong}");
}
