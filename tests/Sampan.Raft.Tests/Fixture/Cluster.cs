using System.Text;
using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Events;

namespace Sampan.Raft.Tests.Fixture;

/// <summary>
/// One group of replicas in one thread, with manual time and a network that does nothing by itself. All checks of the
/// <see cref="Checker"/> are on, always.
/// </summary>
internal sealed class Cluster
{
    private const int TicksAtOneInstantMax = 100;
    private const int RoundsMax = 5_000;

    private readonly ClusterOptions _options;
    private readonly Prng _prng;
    private readonly SortedDictionary<ulong, ReplicaUnderTest> _replicas = [];

    /// <summary>Replicas 1 to <paramref name="voters"/>, bootstrapped together and started.</summary>
    public Cluster(int voters, ClusterOptions? options = null)
    {
        _options = options ?? new ClusterOptions();
        _prng = new Prng(_options.Seed);
        Checker = new Checker(Trace);
        var initial = ConfigurationOf(Enumerable.Range(1, voters).Select(id => (ulong)id));
        for (var id = 1UL; id <= (ulong)voters; id++)
        {
            Add(id, _options.Bootstrap(initial));
        }
    }

    /// <summary>The last events.</summary>
    public Trace Trace { get; } = new();

    /// <summary>All checks.</summary>
    public Checker Checker { get; }

    /// <summary>What is on its way.</summary>
    public Network Network { get; } = new();

    /// <summary>The world's time; a replica's clock differs from it by its offset.</summary>
    public Instant Now { get; private set; } = new(TimeSpan.FromHours(1).Ticks);

    /// <summary>All replicas by ascending id, those that are down too.</summary>
    public IEnumerable<ReplicaUnderTest> Replicas => _replicas.Values;

    /// <summary>The ids of all replicas.</summary>
    public IEnumerable<ulong> Ids => _replicas.Keys;

    /// <summary>A replica.</summary>
    public ReplicaUnderTest this[ulong id] => _replicas[id];

    /// <summary>The member that a replica is in configurations.</summary>
    public static Member MemberOf(ulong id, int priority = Member.DefaultPriority) =>
        new(new ReplicaId(id), new StoreId(id), new Incarnation(id, id), priority);

    /// <summary>A plain configuration of these voters.</summary>
    public static Configuration ConfigurationOf(IEnumerable<ulong> voters) =>
        Configuration.Of(voters.Select(id => MemberOf(id)), []);

    /// <summary>What a replica's clock shows.</summary>
    public Instant ClockOf(ulong id) => Now.After(_replicas[id].ClockOffset);

    /// <summary>Whether there is such a replica, up or down.</summary>
    public bool Has(ulong id) => _replicas.ContainsKey(id);

    /// <summary>Adds a replica and starts it.</summary>
    public ReplicaUnderTest Add(ulong id, ReplicaState state, ProtocolOptions? protocol = null)
    {
        var options = _options.Configure(new ReplicaOptions
        {
            Group = new GroupId(1),
            Replica = new ReplicaId(id),
            Boot = new BootId(id),
        });
        options.Validate();
        var replica = new ReplicaUnderTest(
            options, protocol ?? _options.Protocol, state, _prng.Fork(), Checker, Trace);
        replica.Budget = _options.Budget;
        _replicas.Add(id, replica);
        replica.Start(Now);
        Settle(replica);
        return replica;
    }

    /// <summary>Adds a replica that knows nothing; the group may then add it as a member.</summary>
    public ReplicaUnderTest AddBlank(ulong id) => Add(id, ReplicaState.Blank);

    /// <summary>Makes a replica campaign as if its election timer had fired.</summary>
    public void Campaign(ulong id) => Do(id, "campaign", (core, now) => core.Campaign(now));

    /// <summary>Makes a replica campaign, and lets everything happen that follows; it must then lead.</summary>
    public void Elect(ulong id)
    {
        Campaign(id);
        Stabilize();
        if (this[id].Status.Role != Role.Leader)
        {
            Trace.Fail($"replica {id} was not elected");
        }
    }

    /// <summary>Proposes one command.</summary>
    public ProposeStatus Propose(ulong id, string command) => Propose(id, command, out _);

    /// <summary>Proposes one command; where it is accepted, <paramref name="position"/> is its place.</summary>
    public ProposeStatus Propose(ulong id, string command, out LogId position)
    {
        var place = LogId.Zero;
        var status = this[id].Ask(
            $"propose '{command}'",
            core => core.Propose([new Proposal(Encoding.UTF8.GetBytes(command), ClockOf(id).Ticks)], out place));
        position = place;
        Settle(this[id]);
        return status;
    }

    /// <summary>Proposes a change of members.</summary>
    public ProposeStatus ProposeChange(ulong id, MembershipChange change)
    {
        var status = this[id].Ask("propose change", core => core.ProposeChange(change));
        Settle(this[id]);
        return status;
    }

    /// <summary>Asks a replica for a read index.</summary>
    public ReadStatus ReadIndex(ulong id, out ReadTicket ticket)
    {
        var status = this[id].ReadIndex(ClockOf(id), out ticket);
        Settle(this[id]);
        return status;
    }

    /// <summary>Asks a leader to hand over; <paramref name="target"/> 0 is the best candidate.</summary>
    public TransferStatus Transfer(ulong id, ulong target)
    {
        var status = this[id].Ask($"transfer to {target}", core => core.Transfer(new ReplicaId(target), ClockOf(id)));
        Settle(this[id]);
        return status;
    }

    /// <summary>Lets a replica look at its clock.</summary>
    public void Tick(ulong id) => Do(id, "tick", (core, now) => core.Tick(now));

    /// <summary>Does anything else to a replica's core.</summary>
    public void Do(ulong id, string verb, Action<RaftReplica, Instant> action)
    {
        var now = ClockOf(id);
        this[id].Do(verb, core => action(core, now));
        Settle(this[id]);
    }

    /// <summary>A replica loses power.</summary>
    public void Crash(ulong id) => this[id].Crash();

    /// <summary>A replica comes back with what its disk holds.</summary>
    public void Restart(ulong id, ulong needSnapshotIndex = 0)
    {
        this[id].Start(ClockOf(id), needSnapshotIndex);
        Settle(this[id]);
    }

    /// <summary>Takes what replicas want sent into the network.</summary>
    public void CollectOutbox(ReplicaUnderTest replica)
    {
        foreach (var message in replica.Outbox)
        {
            var state = message is { Kind: MessageKind.Snapshot, Snapshot: { } snapshot }
                ? replica.SnapshotState(snapshot)
                : null;
            Network.Send(new Parcel(message, replica.Life, state));
        }

        replica.Outbox.Clear();
    }

    /// <summary>Delivers one waiting message, the oldest if not said otherwise; false if there is none.</summary>
    public bool Deliver(ulong from, ulong to, int position = 0)
    {
        if (Network.Waiting(from, to).Count <= position)
        {
            return false;
        }

        var parcel = Network.Take(from, to, position);
        var creates = parcel.Message.Kind is MessageKind.Append or MessageKind.Heartbeat or MessageKind.Snapshot;
        if (_options.CreatesReplicas && creates && !Has(to) && Network.IsOpen(from, to))
        {
            AddBlank(to);
        }

        var arrives = Network.IsOpen(from, to) && Has(to) && this[to].IsUp;
        if (arrives)
        {
            this[to].Step(parcel.Message, ClockOf(to), parcel.State);
            Settle(this[to]);
        }
        else
        {
            Trace.Add("lost", to, parcel.Message);
        }

        ReportSnapshot(parcel, arrives);
        return true;
    }

    /// <summary>Loses one waiting message.</summary>
    public void Drop(ulong from, ulong to, int position = 0)
    {
        var parcel = Network.Take(from, to, position);
        Trace.Add("drop", to, parcel.Message);
        ReportSnapshot(parcel, succeeded: false);
    }

    /// <summary>Loses all that waits from one to the other.</summary>
    public void DropAll(ulong from, ulong to)
    {
        while (Network.Waiting(from, to).Count > 0)
        {
            Drop(from, to);
        }
    }

    /// <summary>Loses all that waits at one sender.</summary>
    public void DropAll(ulong from)
    {
        foreach (var to in _replicas.Keys)
        {
            DropAll(from, to);
        }
    }

    /// <summary>Loses all that waits.</summary>
    public void DropAll()
    {
        foreach (var (from, to) in Network.Busy)
        {
            DropAll(from, to);
        }
    }

    /// <summary>Delivers what waits now, not what it leads to.</summary>
    public void DeliverOnce()
    {
        foreach (var (from, to, count) in Network.Busy.ConvertAll(
            link => (link.From, link.To, Network.Waiting(link.From, link.To).Count)))
        {
            for (var i = 0; i < count; i++)
            {
                Deliver(from, to);
            }
        }
    }

    /// <summary>Delivers and does everything until nothing moves, without letting time pass.</summary>
    public void Stabilize()
    {
        var rounds = 0;
        while (true)
        {
            Finish();
            if (Network.Count == 0)
            {
                return;
            }

            DeliverOnce();
            if (++rounds > RoundsMax)
            {
                Trace.Fail("messages never end although no time passes");
            }
        }
    }

    /// <summary>Lets time pass for all, each clock at its own rate; nobody looks at a clock.</summary>
    public void PassTime(TimeSpan duration)
    {
        Now = Now.After(duration);
        foreach (var replica in _replicas.Values)
        {
            replica.ClockOffset += new TimeSpan(duration.Ticks / 1000 * replica.ClockRatePerMille);
        }
    }

    /// <summary>Lets time pass for all, ticking each replica when it wants; messages wait.</summary>
    public void Advance(TimeSpan duration) => Advance(duration, stabilizes: false);

    /// <summary>Lets time pass for all; everything that is sent arrives at once.</summary>
    public void Run(TimeSpan duration)
    {
        Stabilize();
        Advance(duration, stabilizes: true);
    }

    /// <summary>Lets time pass on one replica's clock only, then ticks it.</summary>
    public void AdvanceClock(ulong id, TimeSpan duration)
    {
        this[id].ClockOffset += duration;
        if (this[id].IsUp)
        {
            Tick(id);
        }
    }

    /// <summary>Cuts both directions between two replicas.</summary>
    public void Cut(ulong left, ulong right)
    {
        Network.Cut(left, right);
        Network.Cut(right, left);
    }

    /// <summary>Mends both directions between two replicas.</summary>
    public void Mend(ulong left, ulong right)
    {
        Network.Mend(left, right);
        Network.Mend(right, left);
    }

    /// <summary>Cuts a replica off from all others.</summary>
    public void Isolate(ulong id)
    {
        foreach (var other in _replicas.Keys)
        {
            Cut(id, other);
        }
    }

    /// <summary>Cuts all links between the two sides: these replicas and all others.</summary>
    public void Partition(params ulong[] side)
    {
        foreach (var left in side)
        {
            foreach (var right in _replicas.Keys)
            {
                if (!side.Contains(right))
                {
                    Cut(left, right);
                }
            }
        }
    }

    /// <summary>Mends all links.</summary>
    public void Heal() => Network.MendAll();

    /// <summary>The leader with the highest term among the replicas that are up; none if nobody leads.</summary>
    public ReplicaUnderTest? Leader()
    {
        ReplicaUnderTest? leader = null;
        var highest = 0UL;
        foreach (var replica in _replicas.Values)
        {
            if (replica.IsUp && replica.Status is { Role: Role.Leader } status && status.HardState.Term > highest)
            {
                highest = status.HardState.Term;
                leader = replica;
            }
        }

        return leader;
    }

    /// <summary>All that any replica wants done, and the messages into the network.</summary>
    public void Finish()
    {
        foreach (var replica in _replicas.Values)
        {
            Finish(replica);
        }
    }

    /// <summary>All that the replica wants done, and its messages into the network.</summary>
    public void Finish(ReplicaUnderTest replica)
    {
        if (replica.IsUp)
        {
            replica.ProcessReady(ClockOf(replica.Id.Value));
            CollectOutbox(replica);
        }
    }

    private void Settle(ReplicaUnderTest replica)
    {
        if (_options.ProcessesReady)
        {
            Finish(replica);
        }
    }

    private void ReportSnapshot(Parcel parcel, bool succeeded)
    {
        var sender = this[parcel.Message.From.Value];
        if (parcel.Message.Kind == MessageKind.Snapshot && sender.IsUp && sender.Life == parcel.SenderLife)
        {
            sender.Do($"snapshot sent {succeeded}", core => core.SnapshotSent(parcel.Message.To, succeeded));
            Settle(sender);
        }
    }

    private void Advance(TimeSpan duration, bool stabilizes)
    {
        var target = Now.After(duration);
        var ticksAtOneInstant = 0;
        while (NextDeadline() is { } next && next.Deadline <= target)
        {
            ticksAtOneInstant = next.Deadline > Now ? 0 : ticksAtOneInstant + 1;
            if (ticksAtOneInstant > TicksAtOneInstantMax)
            {
                Trace.Fail($"replica {next.Id} wants ticks for ever at one instant");
            }

            Now = Instant.Max(Now, next.Deadline);
            Tick(next.Id);
            if (stabilizes)
            {
                Stabilize();
            }
        }

        Now = target;
    }

    private (Instant Deadline, ulong Id)? NextDeadline()
    {
        (Instant Deadline, ulong Id)? earliest = null;
        foreach (var (id, replica) in _replicas)
        {
            if (!replica.IsUp || replica.Core.NextDeadline == Instant.Never)
            {
                continue;
            }

            var deadline = new Instant(replica.Core.NextDeadline.Ticks - replica.ClockOffset.Ticks);
            if (earliest is not { } found || deadline < found.Deadline)
            {
                earliest = (deadline, id);
            }
        }

        return earliest;
    }
}
