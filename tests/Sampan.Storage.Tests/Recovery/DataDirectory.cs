using Sampan.Io;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Storage.Identity;
using Sampan.Storage.Log;

namespace Sampan.Storage.Tests.Recovery;

/// <summary>
/// The data directory of store 1, which had a replica of some groups on three stores and was stopped.
/// </summary>
internal static class DataDirectory
{
    /// <summary>Where it is.</summary>
    public const string Folder = "data";

    /// <summary>The store.</summary>
    public static StoreIdentity Identity { get; } = new()
    {
        ClusterId = 0xC1,
        Store = new StoreId(1),
        Incarnation = new Incarnation(1, 1),
    };

    /// <summary>The members of its groups: replica n is on store n, bound to incarnation (n, n).</summary>
    public static Member Member(ulong n) => new(
        new ReplicaId(n), new StoreId(n), new Incarnation(n, n), Model.Member.DefaultPriority);

    /// <summary>Three voters.</summary>
    public static Configuration Three { get; } = Configuration.Of([Member(1), Member(2), Member(3)], []);

    /// <summary>An empty one whose first start came to its end.</summary>
    public static void Create(IFileSystem files)
    {
        using var directory = StoreDirectory.Open(files, Folder, Identity);
        SegmentedLog.Open(files, directory.LogPath, Options(mustExist: false), out _).Dispose();
        directory.Complete();
    }

    /// <summary>Opens it as a start does, lets something be written, and closes it.</summary>
    public static void Write(IFileSystem files, Action<SegmentedLog> write)
    {
        using var directory = StoreDirectory.Open(files, Folder, Identity);
        using var log = SegmentedLog.Open(files, directory.LogPath, Options(mustExist: true), out _);
        write(log);
    }

    /// <summary>What a start finds.</summary>
    public static RecoveredStore Start(IFileSystem files)
    {
        using var directory = StoreDirectory.Open(files, Folder, Identity);
        using var log = SegmentedLog.Open(files, directory.LogPath, Options(mustExist: true), out var found);
        return found;
    }

    /// <summary>
    /// A group with this many entries in term 5, the first of which is its configuration; all but the last two are
    /// known to be committed.
    /// </summary>
    public static void AddGroup(SegmentedLog log, ulong id, int entries = 10)
    {
        var group = new GroupId(id);
        var created = new StoreRecord
        {
            Kind = StoreRecordKind.BootstrapMark,
            Group = group,
            Replica = new ReplicaId(1),
            Configuration = Configuration.Of(
                Three.Members.ToArray().Select(member => new Member(member.Replica, member.Store)), []),
        };
        var admitted = created with { Kind = StoreRecordKind.Admitted, Configuration = null };
        var task = new PersistTask(group, 1)
        {
            HardState = new HardState(5, new ReplicaId(2), (ulong)Math.Max(0, entries - 2)),
        };
        for (var index = 1; index <= entries; index++)
        {
            var (kind, payload) = index == 1
                ? (EntryKind.Configuration, ConfigurationCodec.Encode(Three))
                : (EntryKind.Command, new byte[50]);
            task.Entries.Add(new Entry(kind, term: 5, (ulong)index, timeTicks: 1000 + index, payload));
        }

        log.Append([], [created]);
        log.Append(task.NeedsWrite ? [task] : [], [admitted]);
    }

    /// <summary>Another store's incarnation, as it is recorded at its first handshake.</summary>
    public static StoreRecord Peer(ulong n) => new()
    {
        Kind = StoreRecordKind.PeerIncarnation,
        Peer = new StoreId(n),
        Incarnation = new Incarnation(n, n),
    };

    private static LogOptions Options(bool mustExist) => new()
    {
        SegmentBytes = 64 * 1024,
        EntryBytesMax = 4096,
        Owner = Identity.Incarnation,
        MustExist = mustExist,
    };
}
