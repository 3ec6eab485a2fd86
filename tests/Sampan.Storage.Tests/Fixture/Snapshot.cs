using System.Globalization;
using System.Text;
using Sampan.Io;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Storage.Snapshots;

namespace Sampan.Storage.Tests.Fixture;

/// <summary>Small snapshots of one group whose content follows from their position.</summary>
internal static class Snapshot
{
    /// <summary>The group of all of them.</summary>
    public static readonly GroupId Group = new(7);

    /// <summary>The group's directory.</summary>
    public const string Folder = "data/snapshots/7";

    /// <summary>The storage of a store's life.</summary>
    public static SnapshotStorage Storage(IFileSystem files) => new(files, "data/snapshots");

    /// <summary>What a snapshot covers.</summary>
    public static SnapshotMeta Meta(ulong index, ulong term = 3, ulong stores = 3)
    {
        var members = Enumerable.Range(1, (int)stores)
            .Select(id => new Member(new ReplicaId((ulong)id), new StoreId((ulong)id)));
        var configuration = Configuration.Of(members, []);
        return new SnapshotMeta(new LogId(term, index), new ConfigurationEntry(1, configuration), (long)index * 100);
    }

    /// <summary>Takes a snapshot.</summary>
    public static void Take(IFileSystem files, SnapshotMeta meta) => Take(Storage(files), meta);

    /// <summary>Takes a snapshot.</summary>
    public static void Take(SnapshotStorage storage, SnapshotMeta meta)
    {
        using var sink = storage.Create(Group, meta);
        foreach (var (name, bytes) in Content(meta))
        {
            sink.BeginFile(name);
            sink.Write(bytes.AsSpan(0, bytes.Length / 2));
            sink.Write(bytes.AsSpan(bytes.Length / 2));
        }

        sink.Commit();
    }

    /// <summary>Receives a snapshot that another store took.</summary>
    public static void Receive(SnapshotStorage storage, ISnapshotSource source)
    {
        using var sink = storage.Receive(Group, source.Manifest);
        foreach (var file in sink.ExpectedFiles)
        {
            sink.BeginFile(file.Name);
            var bytes = new byte[file.LengthBytes];
            source.Read(file.Name, 0, bytes);
            sink.Write(bytes);
        }

        sink.Commit();
    }

    /// <summary>Opens a snapshot and compares all of it with what was taken.</summary>
    public static void AssertWhole(SnapshotStorage storage, SnapshotMeta meta)
    {
        using var source = storage.Open(Group, meta.Last);
        Assert.Equal(meta.ToString(), source.Meta.ToString());
        Assert.Equal(meta.TimeTicks, source.Meta.TimeTicks);
        Assert.Equal(Content(meta).Select(file => file.Name), source.Files.Select(file => file.Name));
        foreach (var (name, expected) in Content(meta))
        {
            var bytes = new byte[expected.Length + 1];
            Assert.Equal(expected.Length, source.Read(name, 0, bytes));
            Assert.Equal(expected, bytes[..^1]);
        }
    }

    private static IEnumerable<(string Name, byte[] Bytes)> Content(SnapshotMeta meta)
    {
        yield return ("keys", Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"up to {meta}")));
        yield return ("empty.bin", []);
        yield return ("values-1", [.. Enumerable.Range(0, 700).Select(value => (byte)(value + (int)meta.Last.Index))]);
    }
}
