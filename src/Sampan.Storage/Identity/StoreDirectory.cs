using Sampan.Base;
using Sampan.Io;

namespace Sampan.Storage.Identity;

/// <summary>
/// A store's data directory, locked for this process: its identity in <c>store.json</c>, and the places of log and
/// snapshots. Opened before anything else of the store, disposed after everything else.
/// </summary>
public sealed class StoreDirectory : IDisposable
{
    /// <summary>The file that says whose data a directory holds.</summary>
    public const string IdentityName = "store.json";

    private const string TemporaryName = "store.json.tmp";
    private const string LockName = "lock";

    // What the root of a file system of its own brings along.
    private const string FileSystemOwnName = "lost+found";

    private readonly IFileSystem _files;
    private readonly IDisposable? _lock;

    private StoreDirectory(IFileSystem files, string path, StoredIdentity stored, IDisposable? heldLock)
    {
        _files = files;
        _lock = heldLock;
        Path = path;
        Identity = stored.Identity;
        IsComplete = stored.IsComplete;
    }

    /// <summary>The format of the identity's file that this code reads and writes.</summary>
    public static int Format => IdentityFile.Format;

    /// <summary>The directory.</summary>
    public string Path { get; }

    /// <summary>Whose data it holds; durable.</summary>
    public StoreIdentity Identity { get; }

    /// <summary>
    /// A start came so far that log and identity both were durable, before anything was sent. From then on a missing
    /// log is damage: a store that goes on without it has forgotten its votes, under a name that its peers trust.
    /// </summary>
    public bool IsComplete { get; private set; }

    /// <summary>The directory of the log; whoever keeps it creates it.</summary>
    public string LogPath => System.IO.Path.Combine(Path, "log");

    /// <summary>The directory of the snapshots; whoever keeps them creates it.</summary>
    public string SnapshotPath => System.IO.Path.Combine(Path, "snapshots");

    /// <summary>
    /// Opens a data directory, whose parent exists. An empty one gets the wanted identity; one that has an identity
    /// must be of the wanted cluster and store, and keeps its own incarnation. Returns when the identity is durable.
    /// Throws <see cref="StoreRefusedException"/> for every other directory, and changes nothing in it.
    /// </summary>
    /// <param name="files">The file system.</param>
    /// <param name="path">The directory.</param>
    /// <param name="wanted">
    /// Cluster and store; the incarnation, 128 fresh random bits, counts only if the directory is empty.
    /// </param>
    public static StoreDirectory Open(IFileSystem files, string path, StoreIdentity wanted)
    {
        Invariant.Holds(wanted.Incarnation.IsBound);
        Invariant.Holds(wanted.Store.Value != 0);
        if (files.DirectoryExists(path))
        {
            // Before the lock, whose file would be left behind in a directory of somebody else; and again behind it.
            Find(files, path, wanted);
        }

        files.CreateDirectory(path);
        var held = files.TryLock(System.IO.Path.Combine(path, LockName))
            ?? throw new StoreRefusedException(
                StoreRefusal.Locked, $"the data directory {path} is in use by another process");
        var isOpen = false;
        try
        {
            var found = Find(files, path, wanted) ?? Create(files, path, wanted);

            // Also what was found: an earlier life may have renamed it and died before this. A peer that is told an
            // incarnation keeps it for good, so no power cut may take it back from here on.
            files.SyncDirectory(path);
            files.SyncDirectory(ParentDirectory.Of(path));
            isOpen = true;
            return new StoreDirectory(files, path, found, held);
        }
        finally
        {
            if (!isOpen)
            {
                held.Dispose();
            }
        }
    }

    /// <summary>
    /// Opens the data directory of a store that does not run, to look at it: nothing in it is created or changed, and
    /// until this is disposed no store starts in it. Throws <see cref="StoreRefusedException"/> if there is no store,
    /// or a running one.
    /// </summary>
    public static StoreDirectory OpenForReading(IFileSystem files, string path)
    {
        if (!files.DirectoryExists(path))
        {
            throw new StoreRefusedException(StoreRefusal.NoStore, $"there is no directory {path}");
        }

        var held = LockForReading(files, path);
        var isOpen = false;
        try
        {
            var found = Read(files, path) ?? throw new StoreRefusedException(
                StoreRefusal.NoStore, $"the directory {path} has no {IdentityName}: it is no store's data directory");
            isOpen = true;
            return new StoreDirectory(files, path, found, held);
        }
        finally
        {
            if (!isOpen)
            {
                held?.Dispose();
            }
        }
    }

    /// <summary>
    /// The first start is complete: the log is there and durable. Called before anything is sent; returns when it is
    /// durable, and does nothing if it was so already.
    /// </summary>
    public void Complete()
    {
        if (IsComplete)
        {
            return;
        }

        Write(_files, Path, new StoredIdentity(Identity, IsComplete: true));
        _files.SyncDirectory(Path);
        IsComplete = true;
    }

    /// <summary>Releases the lock.</summary>
    public void Dispose() => _lock?.Dispose();

    // A copy of a directory may lack the lock's file, or not let it be opened; no store runs in either.
    private static IDisposable? LockForReading(IFileSystem files, string path)
    {
        var lockPath = System.IO.Path.Combine(path, LockName);
        if (!files.FileExists(lockPath))
        {
            return null;
        }

        try
        {
            return files.TryLock(lockPath) ?? throw new StoreRefusedException(
                StoreRefusal.Locked,
                $"the data directory {path} is in use by a running store; stop the store first, or ask it by its "
                + "endpoint");
        }
        catch (FileSystemException failure) when (failure.Failure == FileFailure.Denied)
        {
            return null;
        }
    }

    private static StoredIdentity? Read(IFileSystem files, string path)
    {
        var identityPath = System.IO.Path.Combine(path, IdentityName);
        if (!files.FileExists(identityPath))
        {
            return null;
        }

        var bytes = ReadAll(files, identityPath);
        var format = IdentityFile.FormatOf(bytes);
        if (format > IdentityFile.Format)
        {
            throw new StoreRefusedException(
                StoreRefusal.NewerFormat,
                $"{identityPath} has format {format}, this version reads {IdentityFile.Format}: the directory was "
                + "used by a later version, start that one");
        }

        if (format is > 0 and < IdentityFile.Format)
        {
            throw new StoreRefusedException(
                StoreRefusal.OlderFormat,
                $"{identityPath} has format {format}, this version reads {IdentityFile.Format}: the directory was used "
                + "by a version from before the first release, and is not converted; name an empty one");
        }

        return IdentityFile.TryDecode(bytes, out var stored)
            ? stored
            : throw new StoreRefusedException(
                StoreRefusal.Damaged,
                $"{identityPath} is damaged. The store must not start under a guessed identity: restore the file, or "
                + "give up this directory, take the store out of its groups by a membership change, start it empty");
    }

    private static byte[] ReadAll(IFileSystem files, string path)
    {
        using var file = files.Open(path, FileOpenMode.Read);
        var bytes = new byte[Math.Min(file.LengthBytes, IdentityFile.BytesMax + 1)];
        var count = file.Read(0, bytes);
        return bytes[..count];
    }

    // What is there of this store; null if the directory is empty.
    private static StoredIdentity? Find(IFileSystem files, string path, StoreIdentity wanted)
    {
        if (Read(files, path) is { } found)
        {
            Compare(path, found.Identity, wanted);
            return found;
        }

        var foreign = files.List(path).FirstOrDefault(entry => entry is not (LockName or TemporaryName or IdentityName
            or FileSystemOwnName));
        if (foreign is not null)
        {
            throw new StoreRefusedException(
                StoreRefusal.NotEmpty,
                $"the data directory {path} has no {IdentityName} but holds {foreign}: a new store needs an empty "
                + "directory, and an old one its identity");
        }

        return null;
    }

    private static StoredIdentity Create(IFileSystem files, string path, StoreIdentity wanted)
    {
        var begun = new StoredIdentity(wanted, IsComplete: false);
        Write(files, path, begun);
        return begun;
    }

    private static void Write(IFileSystem files, string path, StoredIdentity stored)
    {
        var temporaryPath = System.IO.Path.Combine(path, TemporaryName);
        files.DeleteFile(temporaryPath);
        using (var file = files.Open(temporaryPath, FileOpenMode.CreateNew))
        {
            file.Write(0, IdentityFile.Encode(stored));
            file.Sync();
        }

        files.Rename(temporaryPath, System.IO.Path.Combine(path, IdentityName));
    }

    private static void Compare(string path, StoreIdentity found, StoreIdentity wanted)
    {
        if (found.ClusterId != wanted.ClusterId)
        {
            throw new StoreRefusedException(
                StoreRefusal.AnotherCluster,
                $"the data directory {path} belongs to cluster {found.ClusterId:x16}, this store was started for "
                + $"cluster {wanted.ClusterId:x16}");
        }

        if (found.Store != wanted.Store)
        {
            throw new StoreRefusedException(
                StoreRefusal.AnotherStore,
                $"the data directory {path} belongs to store {found.Store}, this store was started as {wanted.Store}");
        }
    }
}
