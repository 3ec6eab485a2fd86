using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Storage.Identity;

namespace Sampan.Store.Tests;

/// <summary>Purpose: a store built from real leaves works, and finds everything again.</summary>
public sealed class StoreBuilderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sampan-store-").FullName;

    private string DataPath => Path.Combine(_folder, "data");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_was_acknowledged_is_there_after_a_restart()
    {
        using (var store = new StoreUnderTest(DataPath))
        {
            var group = await store.StartAsync();
            Assert.Equal(5, await AddAsync(group, 5));
            Assert.Equal(12, await AddAsync(group, 7));
        }

        using var again = new StoreUnderTest(DataPath);
        Assert.Equal(12, await ReadAsync(await again.StartAsync()));
    }

    [Fact]
    public async Task Snapshots_and_compaction_lose_nothing()
    {
        using (var store = new StoreUnderTest(DataPath, snapshotEntries: 10))
        {
            var group = await store.StartAsync();
            for (var i = 1; i <= 100; i++)
            {
                Assert.Equal(i * (i + 1) / 2, await AddAsync(group, i));
            }

            await group.TakeSnapshotAsync(CancellationToken.None);
        }

        using var again = new StoreUnderTest(DataPath);
        var restarted = await again.StartAsync();
        Assert.Equal(5050, await ReadAsync(restarted));
        Assert.True(restarted.Status.FirstIndex > 1, "the log was never compacted");
    }

    [Fact]
    public void Two_stores_cannot_have_one_directory()
    {
        using var store = new StoreUnderTest(DataPath);
        var refusal = Assert.Throws<StoreRefusedException>(() => new StoreUnderTest(DataPath));
        Assert.Equal(StoreRefusal.Locked, refusal.Reason);
    }

    [Fact]
    public void A_directory_of_another_cluster_is_refused_and_left_as_it_is()
    {
        using (new StoreUnderTest(DataPath))
        {
        }

        var before = Directory.GetFiles(DataPath, "*", SearchOption.AllDirectories).Order().ToArray();
        Assert.Throws<StoreRefusedException>(() => new StoreUnderTest(DataPath, clusterId: 8));
        Assert.Equal(before, Directory.GetFiles(DataPath, "*", SearchOption.AllDirectories).Order());
        using var rightful = new StoreUnderTest(DataPath);
    }

    private static async Task<long> AddAsync(IRaftGroup group, long number)
    {
        var result = await group.ProposeAsync(CounterMachine.Encode(number), CancellationToken.None)
            .ConfigureAwait(false);
        return CounterMachine.Decode(result.Result);
    }

    private static async Task<long> ReadAsync(IRaftGroup group)
    {
        var result = await group.ReadAsync(default, ReadConsistency.Linearizable, CancellationToken.None)
            .ConfigureAwait(false);
        return CounterMachine.Decode(result.Answer);
    }
}
