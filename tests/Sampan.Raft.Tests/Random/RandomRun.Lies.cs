using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Events;
using Sampan.Raft.Tests.Fixture;

namespace Sampan.Raft.Tests.Random;

/// <content>What comes from outside: messages that nobody in the group sent.</content>
internal sealed partial class RandomRun
{
    /// <summary>
    /// Lets this many events happen, then gives one replica a message that is distorted or made up; returns whether it
    /// raised no objection and was stepped. What becomes of the group afterwards is another matter.
    /// </summary>
    public bool Lie(int events)
    {
        for (var i = 0; i < events; i++)
        {
            Happen(_profile.Draw(_prng));
            foreach (var replica in _cluster.Replicas)
            {
                Observe(replica);
            }
        }

        if (PickUp() is not { } victim)
        {
            return false;
        }

        var now = _cluster.ClockOf(victim.Id.Value);
        Message lie;
        var attempts = 0;
        do
        {
            lie = _prng.Chance(1, 2) ? DrawLie(victim, now) : DrawAppend(victim);
            attempts++;
        }
        while (victim.Core.ObjectionTo(lie, now) is not null && attempts < 20);

        if (attempts == 20)
        {
            return false;
        }

        Trace.Add("lie", victim.Id.Value, lie);
        victim.Core.Step(lie, now);
        victim.Core.TakeReady(new Ready(), ReadyBudget.Unlimited, now);
        victim.Core.Tick(now.After(_profile.ElectionTimeout));
        victim.Core.TakeReady(new Ready(), ReadyBudget.Unlimited, now.After(_profile.ElectionTimeout));
        return true;
    }

    private Message DrawLie(ReplicaUnderTest victim, Instant now)
    {
        var links = _cluster.Network.Busy;
        var (from, to) = links.Count > 0 ? links[_prng.NextBelow(links.Count)] : default;
        var model = from > 0 && _prng.Chance(2, 3)
            ? _cluster.Network.Waiting(from, to)[_prng.NextBelow(_cluster.Network.Waiting(from, to).Count)].Message
            : null;
        var log = victim.Log.Memory;
        var index = Around(_prng.Chance(1, 2) ? log.LastIndex : victim.Core.CommitIndex);
        return new Message
        {
            Kind = model is not null && _prng.Chance(4, 5)
                ? model.Kind
                : (MessageKind)_prng.NextBelow((int)MessageKind.MembershipQuery + 2),
            Group = new GroupId(1),
            From = new ReplicaId(_prng.Chance(1, 2) && model is not null ? model.From.Value : _prng.NextBelow(7UL)),
            To = victim.Id,
            Term = Either(model?.Term, Around(victim.Core.Term)),
            Index = Either(model?.Index, index),
            LogTerm = Either(model?.LogTerm, victim.Core.TryGetTerm(index, out var term) ? term : Around(term)),
            Commit = Either(model?.Commit, index),
            Reject = _prng.Chance(1, 3),
            ConflictTerm = Either(model?.ConflictTerm, Around(victim.Core.Term)),
            ConflictIndex = Either(model?.ConflictIndex, index),
            Round = Either(model?.Round, Around(1)),
            Stamp = _prng.Chance(1, 2) ? model?.Stamp ?? default : now.After(TimeSpan.FromTicks(_prng.NextBelow(3))),
            ElectionTimeout = _prng.Chance(1, 9) ? TimeSpan.MaxValue : _profile.ElectionTimeout,
            NeedSnapshotIndex = _prng.Chance(1, 4) ? index : 0,
            ConfigurationIndex = Either(model?.ConfigurationIndex, index),
            Boot = model?.Boot ?? default,
            Snapshot = _prng.Chance(1, 2) ? model?.Snapshot : DrawSnapshot(victim, index),
            Configuration = _prng.Chance(1, 2) ? model?.Configuration : victim.Status.Configuration.Configuration,
            Entries = _prng.Chance(1, 2) && model is not null ? [.. model.Entries] : DrawEntries(victim, index),
        };
    }

    // One that fits what the victim holds, but for its entries.
    private Message DrawAppend(ReplicaUnderTest victim)
    {
        var last = victim.Log.Memory.LastIndex;
        var index = last - Math.Min(last, _prng.NextBelow(4UL));
        var term = victim.Core.Term + _prng.NextBelow(2UL);
        return new Message
        {
            Kind = MessageKind.Append,
            Group = new GroupId(1),
            From = victim.Core.Leader == ReplicaId.None ? new ReplicaId(6) : victim.Core.Leader,
            To = victim.Id,
            Term = Math.Max(1, term),
            Index = index,
            LogTerm = victim.Core.TryGetTerm(index, out var held) ? held : 0,
            Commit = last + _prng.NextBelow(4UL),
            Entries = DrawEntries(victim, index),
        };
    }

    private ulong Either(ulong? model, ulong other) => model is { } value && _prng.Chance(2, 3) ? value : other;

    private ulong Around(ulong value) => _prng.Chance(1, 20)
        ? ulong.MaxValue - _prng.NextBelow(3UL)
        : value + 3 - Math.Min(value + 3, _prng.NextBelow(7UL));

    private SnapshotMeta DrawSnapshot(ReplicaUnderTest victim, ulong index) => new(
        new LogId(Around(victim.Core.Term), index),
        new ConfigurationEntry(
            Around(victim.Status.Configuration.Index),
            _prng.Chance(1, 4) ? Configuration.Empty : victim.Status.Configuration.Configuration),
        timeTicks: (long)_prng.NextBelow(9UL));

    private Entry[] DrawEntries(ReplicaUnderTest victim, ulong index)
    {
        var entries = new Entry[_prng.NextBelow(4)];
        for (var i = 0; i < entries.Length; i++)
        {
            var next = index + 1 + (ulong)i;
            var isHeld = victim.Core.TryGetTerm(next, out var held) && _prng.Chance(3, 4);
            var other = _prng.Chance(1, 2) ? victim.Core.Term - Math.Min(victim.Core.Term, _prng.NextBelow(2UL))
                : Around(victim.Core.Term);
            var term = Math.Max(1, isHeld ? held : other);
            var kind = (EntryKind)_prng.NextBelow(3);
            var payload = kind == EntryKind.Configuration && _prng.Chance(3, 4)
                ? ConfigurationCodec.Encode(victim.Status.Configuration.Configuration)
                : new byte[_prng.NextBelow(30)];
            entries[i] = new Entry(kind, term, Math.Max(1, next + (_prng.Chance(1, 9) ? 1UL : 0)), i, payload);
        }

        return entries;
    }
}
