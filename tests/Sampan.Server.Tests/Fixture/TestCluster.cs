using Sampan.Server.Options;

namespace Sampan.Server.Tests.Fixture;

/// <summary>Stores that run at the same time in this process.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private TestCluster(IReadOnlyList<TestStore> stores) => Stores = stores;

    public IReadOnlyList<TestStore> Stores { get; }

    public static async Task<TestCluster> StartAsync(IReadOnlyList<ServerOptions> options)
    {
        var cluster = new TestCluster([.. options.Select(each => new TestStore(each))]);
        await Task.WhenAll(cluster.Stores.Select(store => store.StartAsync()));
        return cluster;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var store in Stores)
        {
            await store.DisposeAsync();
        }
    }
}
