using System.Globalization;
using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Tests.Fixture;

namespace Sampan.Raft.Tests.Conformance;

/// <summary>What <c>add-nodes</c> says of the nodes it adds, and how a replica is made of it.</summary>
internal sealed class InteractionOptions
{
    /// <summary>An election timeout is this many ticks, a heartbeat interval is one.</summary>
    public const int ElectionTicks = 3;

    /// <summary>What one tick lasts.</summary>
    public static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    private readonly ulong _index;
    private readonly Configuration _configuration;
    private readonly int _inflightMax = int.MaxValue;

    /// <summary>Reads the arguments; one that is not known is refused, since it might change everything.</summary>
    public InteractionOptions(Directive directive)
    {
        ReplicaId[] voters = [];
        ReplicaId[] learners = [];
        foreach (var argument in directive.Arguments.Where(argument => argument.Values.Count > 0))
        {
            var value = argument.Values[0];
            switch (argument.Key)
            {
                case "voters":
                    voters = [.. directive.NumbersOf("voters").Select(number => new ReplicaId(number))];
                    break;
                case "learners":
                    learners = [.. directive.NumbersOf("learners").Select(number => new ReplicaId(number))];
                    break;
                case "index":
                    _index = ulong.Parse(value, CultureInfo.InvariantCulture);
                    break;
                case "inflight":
                    _inflightMax = int.Parse(value, CultureInfo.InvariantCulture);
                    break;
                case "max-committed-size-per-ready":
                    ApplyBytesMax = long.Parse(value, CultureInfo.InvariantCulture);
                    break;
                case "read-only":
                    LeaseReads = value == "lease-based";
                    break;
                case "prevote":
                    PreVote = value == "true";
                    break;
                case "checkquorum":
                    CheckQuorum = value == "true";
                    break;
                case "async-storage-writes":
                    AsyncStorage = value == "true";
                    break;
                case "step-down-on-removal":
                    StepDownOnRemoval = value == "true";
                    break;
                case "disable-conf-change-validation":
                    Validation = value != "true";
                    break;
                case "content":
                    break;
                default:
                    throw new FormatException($"{directive}: '{argument.Key}' is not known.");
            }
        }

        _configuration = Configuration.Of(
            voters.Select(replica => new Member(replica, new StoreId(replica.Value))),
            learners.Select(replica => new Member(replica, new StoreId(replica.Value))));
    }

    /// <summary>Whether a campaign begins with a pre-vote.</summary>
    public bool PreVote { get; }

    /// <summary>Whether leaders check their quorum and contact with one is a reason to refuse votes.</summary>
    public bool CheckQuorum { get; }

    /// <summary>Whether writes and applies wait for their own directives.</summary>
    public bool AsyncStorage { get; }

    /// <summary>Whether a leader that was removed steps down.</summary>
    public bool StepDownOnRemoval { get; }

    /// <summary>Whether membership changes that are not possible now are refused.</summary>
    public bool Validation { get; } = true;

    /// <summary>Whether reads rest on leases.</summary>
    public bool LeaseReads { get; }

    /// <summary>Bytes of committed entries that one Ready may hand out.</summary>
    public long ApplyBytesMax { get; } = long.MaxValue;

    /// <summary>
    /// What a node starts from. The scripts begin in term 0 with a snapshot of term 1; here a log never runs ahead of
    /// its replica's term, so that snapshot gets term 0, and the texts show it as 1.
    /// </summary>
    public ReplicaState State => _index == 0
        ? ReplicaState.Blank
        : new ReplicaState
        {
            Base = new LogId(0, _index),
            LastIndex = _index,
            AppliedIndex = _index,
            HardState = new HardState(0, ReplicaId.None, _index),
            Configurations = [new ConfigurationEntry(_index, _configuration)],
            Snapshot = new SnapshotMeta(new LogId(0, _index), new ConfigurationEntry(_index, _configuration), 0),
        };

    /// <summary>Makes the replica with this id.</summary>
    public RaftReplica NewReplica(ReplicaId id, MemoryLog log) => new(
        new ReplicaOptions
        {
            Group = new GroupId(1),
            Replica = id,
            Boot = new BootId(id.Value),
            ElectionTimeout = Tick * ElectionTicks,
            HeartbeatInterval = Tick,
            ElectionRoundTrip = Tick / 10,
            LeaseReads = LeaseReads,
            AppendBytesMax = int.MaxValue,
            InflightMessagesMax = _inflightMax,
            InflightBytesMax = long.MaxValue,
            UncommittedBytesMax = long.MaxValue,
            CatchUpEntriesMax = ulong.MaxValue / 2,
        },
        new ProtocolOptions
        {
            PreVote = PreVote,
            CheckQuorum = CheckQuorum,
            AlwaysJoint = false,
            StepDownOnRemoval = StepDownOnRemoval,
            HandOverOnRemoval = false,
            Validation = Validation,
        },
        State,
        log,
        new Prng(id.Value),
        Instant.Zero);
}
