namespace Sampan.Tidy.Tests.Core;

/// <summary>
/// The table of rooms and rights: this copy is what the tests enforce, docs/architecture.md explains it. A room is
/// added here first. What counts is what is absent from a row.
/// </summary>
internal static class Rooms
{
    private const string Protobuf = "Google.Protobuf";

    /// <summary>Every room there may be, founded or not.</summary>
    public static IReadOnlyList<Room> All { get; } =
    [
        new("Base", RoomKind.Pure, []),
        new("Protocol", RoomKind.Door, []) { Packages = [Protobuf, "Grpc.Tools"] },
        new("Model", RoomKind.Pure, ["Base"]),
        new("Engine", RoomKind.Pure, ["Base"]),
        new("Linearizability", RoomKind.Pure, ["Base"]),
        new("Io", RoomKind.Wall, ["Base"], FirstEventId: 1000),
        new("Grpc", RoomKind.Door, [], FirstEventId: 2000)
        {
            Packages = [Protobuf, "Grpc.Tools"], IsWeb = true, MayLock = true,
        },
        new("Raft", RoomKind.Pure, ["Base", "Model"]),
        new("Mvcc", RoomKind.Pure, ["Base", "Engine"]),
        new("MultiRaft.Abstractions", RoomKind.Machine, ["Base", "Model"]),
        new("MultiRaft", RoomKind.Machine, ["Base", "Model", "Raft", "MultiRaft.Abstractions"], FirstEventId: 3000)
        {
            Judges = ["Simulation"],
        },
        new("Storage", RoomKind.Machine, ["Base", "Model", "Io", "MultiRaft.Abstractions"], FirstEventId: 4000),
        new("Transport", RoomKind.Door, ["Base", "Model", "MultiRaft.Abstractions"], FirstEventId: 5000)
        {
            MayLock = true,
        },
        new(
            "Etcd.Machine",
            RoomKind.Pure,
            ["Base", "Model", "Engine", "Mvcc", "MultiRaft.Abstractions", "Protocol"]) { Packages = [Protobuf] },
        new(
            "Etcd",
            RoomKind.Door,
            ["Base", "Model", "Engine", "Mvcc", "MultiRaft.Abstractions", "Protocol", "Etcd.Machine", "Grpc"],
            FirstEventId: 6000) { Packages = [Protobuf], IsWeb = true, MayLock = true },
        new(
            "Store",
            RoomKind.Machine,
            ["Base", "Model", "Io", "Raft", "MultiRaft.Abstractions", "MultiRaft", "Storage"],
            FirstEventId: 7000),
        new("Testing", RoomKind.Door, ["Base", "Model", "Io", "MultiRaft.Abstractions", "Engine"]) { MayLock = true },
        new(
            "Server",
            RoomKind.Door,
            [
                "Store", "Transport", "Etcd", "Etcd.Machine", "Grpc", "Protocol", "Engine", "Io", "Raft", "MultiRaft",
                "Storage", "MultiRaft.Abstractions", "Model", "Base",
            ],
            FirstEventId: 8000)
        {
            Packages = [Protobuf], IsWeb = true, IsShipped = false, MayLock = true, MayInject = true,
        },
        new(
            "Simulation",
            RoomKind.Machine,
            [
                "Store", "Testing", "Linearizability", "Etcd.Machine", "Base", "Model", "Io", "Raft",
                "MultiRaft.Abstractions", "MultiRaft", "Storage", "Engine", "Mvcc", "Protocol",
            ]),
        new(
            "Cli",
            RoomKind.Door,
            [
                "Server", "Grpc", "Protocol", "Storage", "Io", "Etcd.Machine", "Mvcc", "Engine",
                "MultiRaft.Abstractions", "Model", "Base",
            ],
            FirstEventId: 9000)
        {
            Packages = [Protobuf, "System.CommandLine", "Spectre.Console"],
            IsWeb = true,
            IsShipped = false,
            MayLock = true,
        },
    ];

    /// <summary>The row of a room; null if the table does not know it.</summary>
    public static Room? Find(string? name) => All.FirstOrDefault(room => room.Name == name);

    /// <summary>Whether the file belongs to a room that must replay from a seed.</summary>
    public static bool IsPure(SourceFile file) => Find(file.Room)?.Kind == RoomKind.Pure;
}
