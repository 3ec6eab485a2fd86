using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.MultiRaft.Peers;

/// <summary>
/// The sentences with which handshakes are refused. They stand in both logs and name the remedy. Whoever is refused may
/// be anybody: they say nothing of this store that it could make use of, its cluster or an incarnation above all.
/// </summary>
internal static class Refusals
{
    private const string Remedy = "empty its data directory, start it so that it creates no group, and add it by a "
        + "membership change";

    /// <summary>Another cluster.</summary>
    public static string Cluster(Handshake other) =>
        $"store {other.Store} belongs to cluster {other.ClusterId:x16}, and the store it has met does not: one of them "
        + "has the wrong address or the wrong data directory";

    /// <summary>Another version of the protocol.</summary>
    public static string Protocol(Handshake self, Handshake other) =>
        $"store {other.Store} speaks version {other.Protocol} of the peer protocol, store {self.Store} version "
        + $"{self.Protocol}: bring both to the same release";

    /// <summary>No store, or no incarnation.</summary>
    public static string Nobody(Handshake self) =>
        $"the handshake names no store or no incarnation: what connects to store {self.Store} is no store";

    /// <summary>Its own id.</summary>
    public static string OwnId(Handshake self, Handshake other) => other.Incarnation == self.Incarnation
        ? $"store {self.Store} is connected to itself: one of the addresses of its peers is its own"
        : $"two stores were started as store {self.Store}: give one of them another id and an empty data directory";

    /// <summary>Another recovery generation.</summary>
    public static string Generation(Handshake self, Handshake other) =>
        other.RecoveryGeneration < self.RecoveryGeneration
        ? $"store {other.Store} has recovery generation {other.RecoveryGeneration}, store {self.Store} has "
            + $"{self.RecoveryGeneration}: it belongs to the majority that was given up by `recover`; {Remedy}"
        : $"store {other.Store} has recovery generation {other.RecoveryGeneration}, store {self.Store} only "
            + $"{self.RecoveryGeneration}: store {self.Store} belongs to the majority that was given up by `recover`; "
            + Remedy;

    /// <summary>This store heard of a recovery that gave it up.</summary>
    public static string GivenUp(Handshake self, Handshake other) =>
        $"store {self.Store} takes no part any more: {Generation(self, other)}";

    /// <summary>A group was begun here with its first configuration, though its store had joined a recovery.</summary>
    public static string Overtaken(StoreId self, GroupId group, Configuration initial, ulong generation) =>
        $"store {self} takes no part in group {group}: it was begun here with recovery generation "
        + $"{initial.RecoveryGeneration}, but the store has {generation}, so the group may exist where its majority "
        + $"was given up by `recover`; {Remedy}";

    /// <summary>A group is to be begun with a configuration of another side of a recovery.</summary>
    public static string NotOurs(StoreId self, GroupId group, Configuration initial, ulong generation) =>
        $"the configuration of group {group} has recovery generation {initial.RecoveryGeneration}, store {self} has "
        + $"{generation}: a group that was there before `recover` is not begun again, start this store so that it "
        + "creates no group and add it by a membership change; a new one has the generation of its stores";

    /// <summary>The same recovery generation, begun twice.</summary>
    public static string RecoveredApart(Handshake self, Handshake other) =>
        $"store {other.Store} and store {self.Store} both have recovery generation {self.RecoveryGeneration}, but of "
        + "different acts of `recover`: they are two clusters now, and nothing brings their data together; decide "
        + "which one is to stay, stop the other one, empty its data directory and add it by a membership change";

    /// <summary>A store that nothing here names.</summary>
    public static string Unknown(StoreId other) =>
        $"the store that was asked does not know store {other}: neither its settings nor any configuration of its "
        + "groups name it. If it is to join, add it by a membership change; else one of them has the wrong address or "
        + "data directory";

    /// <summary>Too many stores.</summary>
    public static string TooMany(StoreId self, StoreId other, int storesMax) =>
        $"store {self} has recorded {storesMax} stores, which is the most, and does not know store {other}";

    /// <summary>A bound member came back with another incarnation.</summary>
    public static string NotTheBound(StoreId store, Incarnation came) =>
        $"store {store} came with incarnation {came}, which is not the one it is bound to: it lost its data "
        + "directory. It must not return as its former self, since it forgot votes and entries that it had "
        + "acknowledged: replace it by a membership change (remove its replicas, then add it again)";

    /// <summary>A recorded store came back with another incarnation.</summary>
    public static string NotTheRecorded(StoreId store, Incarnation came, bool hadLeader) =>
        $"store {store} came with incarnation {came}, which is not the one that was recorded: it lost its data "
        + "directory. " + (hadLeader
            ? "Replace it by a membership change (remove its replicas, then add it again)"
            : "No group here has had a leader that bound its members: if there never was one, empty all data "
                + "directories and start again; else replace the store by a membership change");

    /// <summary>Newer handshakes of the same store wait already.</summary>
    public static string Superseded(StoreId store) =>
        $"newer streams of store {store} wait for the same record; this one is given up";
}
