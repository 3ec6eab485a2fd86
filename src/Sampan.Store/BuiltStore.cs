using Sampan.MultiRaft;
using Sampan.MultiRaft.Abstractions;
using Sampan.Storage.Identity;
using Sampan.Storage.Log;

namespace Sampan.Store;

/// <summary>One store: started once, stopped once, disposed last.</summary>
public sealed class BuiltStore : IDisposable
{
    private readonly MultiRaftStore _store;
    private readonly SegmentedLog _log;
    private readonly StoreDirectory _directory;

    internal BuiltStore(MultiRaftStore store, SegmentedLog log, StoreDirectory directory)
    {
        _store = store;
        _log = log;
        _directory = directory;
    }

    /// <summary>Whose data it holds.</summary>
    public StoreIdentity Identity => _directory.Identity;

    /// <summary>Its groups.</summary>
    public IGroupDirectory Groups => _store;

    /// <summary>
    /// Ends, with the cause, when the store has failed: whoever waits is answered, and it is to be stopped. Never ends
    /// otherwise.
    /// </summary>
    public Task<StoreFailure> Failed => _store.Failed;

    /// <summary>Starts the workers, then the transport.</summary>
    public void Start() => _store.Start();

    /// <summary>Stops the transport, then the workers; everything that waits fails as stopped. Idempotent.</summary>
    public void Stop(string reason) => _store.Stop(reason);

    /// <summary>Stops it if it runs, closes the log and releases the directory, in this order.</summary>
    public void Dispose()
    {
        _store.Stop("the store was disposed");
        _log.Dispose();
        _directory.Dispose();
    }
}
