using Sampan.Base;
using Sampan.Io;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Storage.Snapshots;

/// <summary>
/// The files of a complete snapshot, open and compared with their manifest. What is missing, has another length or
/// another CRC is reported as damage; a failure of the disk is passed on, since it is the store's end and not the
/// snapshot's.
/// </summary>
internal sealed class SnapshotFiles : IDisposable
{
    private const int BufferBytes = 256 * 1024;

    private readonly IFile[] _opened;

    private SnapshotFiles(SnapshotManifest manifest, IFile[] opened)
    {
        Manifest = manifest;
        _opened = opened;
    }

    /// <summary>Its manifest.</summary>
    public SnapshotManifest Manifest { get; }

    /// <summary>Reads the manifest of the directory and checks that it is one of this group.</summary>
    public static SnapshotManifest ReadManifest(IFileSystem files, string path, GroupId group)
    {
        var manifestPath = Path.Combine(path, SnapshotManifest.FileName);
        var manifest = SnapshotManifest.Decode(ReadManifestBytes(files, path), manifestPath);
        return manifest.Group == group
            ? manifest
            : throw new StorageDamagedException($"{manifestPath} belongs to group {manifest.Group}, not {group}");
    }

    /// <summary>The bytes of the manifest in a directory, whatever they say.</summary>
    public static byte[] ReadManifestBytes(IFileSystem files, string path)
    {
        using var file = OpenExisting(files, Path.Combine(path, SnapshotManifest.FileName));
        if (file.LengthBytes > SnapshotManifest.BytesMax)
        {
            throw new StorageDamagedException($"the manifest in {path} has {file.LengthBytes} bytes");
        }

        var bytes = new byte[file.LengthBytes];
        return file.Read(0, bytes) == bytes.Length
            ? bytes
            : throw new StorageDamagedException($"the manifest in {path} is shorter than its length");
    }

    /// <summary>Opens every file that the manifest names and reads it through.</summary>
    public static SnapshotFiles OpenChecked(IFileSystem files, string path, SnapshotManifest manifest)
    {
        var opened = new List<IFile>(manifest.Files.Count);
        var buffer = new byte[BufferBytes];
        var isSound = false;
        try
        {
            foreach (var expected in manifest.Files)
            {
                var filePath = Path.Combine(path, expected.Name);
                var file = OpenExisting(files, filePath);
                opened.Add(file);
                Check(file, filePath, expected, buffer);
            }

            isSound = true;
            return new SnapshotFiles(manifest, [.. opened]);
        }
        finally
        {
            if (!isSound)
            {
                opened.ForEach(file => file.Dispose());
            }
        }
    }

    /// <summary>Reads from a file of the snapshot.</summary>
    public int Read(string name, long offsetBytes, Span<byte> into)
    {
        for (var i = 0; i < _opened.Length; i++)
        {
            if (string.Equals(Manifest.Files[i].Name, name, StringComparison.Ordinal))
            {
                return _opened[i].Read(offsetBytes, into);
            }
        }

        throw new ArgumentException($"the snapshot {Manifest.Meta.Last} has no file {name}", nameof(name));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var file in _opened)
        {
            file.Dispose();
        }
    }

    private static void Check(IFile file, string path, SnapshotFile expected, byte[] buffer)
    {
        if (file.LengthBytes != expected.LengthBytes)
        {
            throw new StorageDamagedException(
                $"{path} has {file.LengthBytes} bytes, its manifest says {expected.LengthBytes}");
        }

        var crc = 0U;
        for (var offset = 0L; offset < expected.LengthBytes;)
        {
            var count = file.Read(offset, buffer);
            if (count == 0)
            {
                throw new StorageDamagedException($"{path} ends at {offset}, its length says {expected.LengthBytes}");
            }

            crc = Crc32C.Append(crc, buffer.AsSpan(0, count));
            offset += count;
        }

        if (crc != expected.Crc32C)
        {
            throw new StorageDamagedException($"{path} has CRC {crc:x8}, its manifest says {expected.Crc32C:x8}");
        }
    }

    private static IFile OpenExisting(IFileSystem files, string path)
    {
        try
        {
            return files.Open(path, FileOpenMode.Read);
        }
        catch (FileSystemException failure) when (failure.Failure == FileFailure.NotFound)
        {
            throw new StorageDamagedException($"{path} is missing", failure);
        }
    }
}
