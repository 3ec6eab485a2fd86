using Sampan.Io;
using Sampan.Storage.Identity;
using Sampan.Storage.Log;
using Sampan.Storage.Snapshots;

namespace Sampan.Cli.Inspection;

/// <summary>
/// A data directory whose store does not run, opened for looking only: nothing in it is taken or changed.
/// </summary>
internal sealed class InspectedStore
{
    private const string IdentityName = "store.json";

    private InspectedStore(IFileSystem files, string path, StoreIdentity identity)
    {
        Path = path;
        Identity = identity;
        Log = new LogInspector(files, StoreDirectory.LogPathOf(path), identity.Incarnation);
        Snapshots = new SnapshotInspector(files, StoreDirectory.SnapshotPathOf(path));
    }

    /// <summary>The directory.</summary>
    public string Path { get; }

    /// <summary>Whose it is.</summary>
    public StoreIdentity Identity { get; }

    /// <summary>Its log.</summary>
    public LogInspector Log { get; }

    /// <summary>Its snapshots.</summary>
    public SnapshotInspector Snapshots { get; }

    /// <summary>
    /// Opens one. Throws <see cref="StoreRefusedException"/> with a sentence for what is no such directory, and for one
    /// whose store runs; <see cref="FileSystemException"/> for one that cannot be read.
    /// </summary>
    public static InspectedStore Open(IFileSystem files, string path)
    {
        if (!files.DirectoryExists(path))
        {
            throw new StoreRefusedException(StoreRefusal.NotEmpty, $"There is no directory {path}.");
        }

        if (StoreDirectory.ReadIdentity(files, path) is not { } identity)
        {
            var inner = files.List(path)
                .Where(name => files.FileExists(System.IO.Path.Combine(path, name, IdentityName)))
                .Select(name => System.IO.Path.Combine(path, name))
                .ToArray();
            throw new StoreRefusedException(
                StoreRefusal.NotEmpty,
                $"{path} is no data directory of a store: it has no {IdentityName}."
                + (inner.Length > 0 ? $" Did you mean {string.Join(" or ", inner)}?" : string.Empty));
        }

        return StoreDirectory.IsInUse(files, path)
            ? throw new StoreRefusedException(
                StoreRefusal.Locked,
                $"The store of {path} is running: stop it first, since what it writes meanwhile would look like damage.")
            : new InspectedStore(files, path, identity);
    }
}
