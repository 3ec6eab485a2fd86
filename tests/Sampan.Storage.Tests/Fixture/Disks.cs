using Sampan.Base;
using Sampan.Io;
using Sampan.Testing.Files;

namespace Sampan.Storage.Tests.Fixture;

/// <summary>Simulated disks, and the damage that is done to them.</summary>
internal static class Disks
{
    /// <summary>A disk with an empty, durable directory <c>data</c>.</summary>
    public static SimulatedFileSystem WithData()
    {
        var files = new SimulatedFileSystem(new Prng(3));
        files.CreateDirectory("data");
        files.SyncDirectory(".");
        return files;
    }

    /// <summary>Flips a bit of a file.</summary>
    public static void Flip(IFileSystem files, string path, long bit)
    {
        using var file = files.Open(path, FileOpenMode.ReadWrite);
        var value = new byte[1];
        file.Read(bit / 8, value);
        value[0] ^= (byte)(1 << (int)(bit % 8));
        file.Write(bit / 8, value);
        file.Sync();
    }

    /// <summary>Puts a file where there may be one, as if it had always been there.</summary>
    public static void Put(IFileSystem files, string path, ReadOnlySpan<byte> bytes)
    {
        files.DeleteFile(path);
        using var file = files.Open(path, FileOpenMode.CreateNew);
        file.Write(0, bytes);
        file.Sync();
        files.SyncDirectory(ParentDirectory.Of(path));
    }

    /// <summary>The bytes of a file.</summary>
    public static byte[] Read(IFileSystem files, string path)
    {
        using var file = files.Open(path, FileOpenMode.Read);
        var bytes = new byte[file.LengthBytes];
        Assert.Equal(bytes.Length, file.Read(0, bytes));
        return bytes;
    }

    /// <summary>The paths of all files below <c>data</c>.</summary>
    public static IReadOnlyList<string> FilesOf(IFileSystem files) =>
        [.. Tree(files).Where(path => !path.EndsWith('/'))];

    /// <summary>The paths of everything below a directory; of directories with a slash behind.</summary>
    public static IReadOnlyList<string> Tree(IFileSystem files, string directory = "data")
    {
        var paths = new List<string>();
        foreach (var name in files.List(directory))
        {
            var path = $"{directory}/{name}";
            if (files.DirectoryExists(path))
            {
                paths.Add(path + "/");
                paths.AddRange(Tree(files, path));
            }
            else
            {
                paths.Add(path);
            }
        }

        return paths;
    }
}
