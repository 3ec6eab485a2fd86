using System.Globalization;
using Sampan.Base;
using Sampan.Io;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Storage.Identity;
using Sampan.Storage.Log;
using Sampan.Storage.Tests.Fixture;
using Sampan.Storage.Tests.Log;

namespace Sampan.Storage.Tests;

/// <summary>
/// Purpose: what this version writes is, byte for byte, what the version before wrote, so that each reads the other's
/// directories (R13). Whoever changes the bytes on purpose says so in docs/disk-format.md, decides whether
/// <see cref="IdentityFile.Format"/> rises, and writes the new check sums here.
/// </summary>
public sealed class FormatStaysTests
{
    [Fact]
    public void A_segment_has_the_bytes_that_it_always_had_R13()
    {
        var disk = LogScripts.Disk();
        using (var log = LogScripts.Open(disk))
        {
            log.Append(LogBatch.Of(new StoreRecord
            {
                Kind = StoreRecordKind.BootstrapMark,
                Group = new GroupId(1),
                Replica = new ReplicaId(1),
                Configuration = Configuration.Of([new Member(new ReplicaId(1), new StoreId(4))], []),
            }));
            log.Append(LogBatch.Of(LogScripts.Entries(group: 1, term: 3, first: 1, count: 5, bytes: 300)));
            log.Append(LogBatch.Of(new PersistTask(new GroupId(1), 1)
            {
                HardState = new HardState(9, new ReplicaId(2), 3),
            }));
            log.Append(LogBatch.Of(LogScripts.Entries(group: 1, term: 10, first: 4, count: 2, bytes: 5000)));
            log.Append(LogBatch.Of(new StoreRecord
            {
                Kind = StoreRecordKind.CompactionMark,
                Group = new GroupId(1),
                CompactedTo = new LogId(3, 2),
            }));
        }

        var segment = disk.List(LogScripts.Folder).First(name => name.EndsWith(".log", StringComparison.Ordinal));
        AssertStays("65536 bytes 1e0c5f28", Disks.Read(disk, $"{LogScripts.Folder}/{segment}"));
    }

    [Fact]
    public void A_snapshot_has_the_bytes_that_it_always_had_R13()
    {
        var disk = Disks.WithData();
        Snapshot.Take(disk, Snapshot.Meta(10));
        var files = Disks.FilesOf(disk).Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(
            ["10/empty.bin", "10/keys", "10/manifest", "10/values-1"],
            files.Select(path => path[(Snapshot.Folder.Length + 1)..]));
        AssertStays("1037 bytes f94ab5a3", [.. files.SelectMany(path => Disks.Read(disk, path))]);
    }

    [Fact]
    public void An_identity_has_the_bytes_that_it_always_had_R13()
    {
        var identity = new StoredIdentity(
            new StoreIdentity { ClusterId = 0xC1, Store = new StoreId(4), Incarnation = new Incarnation(5, 9) },
            IsComplete: true);
        AssertStays("171 bytes d7c56dc7", IdentityFile.Encode(identity));
    }

    private static void AssertStays(string expected, byte[] bytes)
    {
        Assert.Equal(3, IdentityFile.Format);
        Assert.Equal(
            expected, string.Create(CultureInfo.InvariantCulture, $"{bytes.Length} bytes {Crc32C.Of(bytes):x8}"));
    }
}
