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
    public static void Flip(SimulatedFileSystem files, string path, long bit)
    {
        using var file = files.Open(path, FileOpenMode.ReadWrite);
        var value = new byte[1];
        file.Read(bit / 8, value);
        value[0] ^= (byte)(1 << (int)(bit % 8));
        file.Write(bit / 8, value);
        file.Sync();
    }

    /// <summary>Puts a file where there may be one, as if it had always been there.</summary>
    public static void Put(SimulatedFileSystem files, string path, ReadOnlySpan<byte> bytes)
    {
        files.DeleteFile(path);
        using var file = files.Open(path, FileOpenMode.CreateNew);
        file.Write(0, bytes);
        file.Sync();
        files.SyncDirectory(ParentDirectory.Of(path));
    }

    /// <summary>The paths of all files.</summary>
    public static IReadOnlyList<string> FilesOf(SimulatedFileSystem files) =>
        [.. files.Tree().Where(path => !path.EndsWith('/'))];
}
