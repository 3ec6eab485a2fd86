using Sampan.Testing.Files;

namespace Sampan.Io.Tests;

/// <summary>Purpose: the operating system's files keep the contract, as the simulated ones do.</summary>
public sealed class OsFileSystemTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly OsFileSystem _files = new();

    public static TheoryData<string> Cases => [.. FileSystemSuite.Names];

    [Theory]
    [MemberData(nameof(Cases))]
    public void It_passes_the_suite(string name) => new FileSystemSuite(_files, _folder.Path).Run(name);

    [Fact]
    public void Nobody_else_may_read_what_it_creates()
    {
        _files.CreateDirectory($"{_folder.Path}/d");
        _files.Open($"{_folder.Path}/d/f", FileOpenMode.CreateNew).Dispose();
        using var held = _files.TryLock($"{_folder.Path}/d/LOCK");

        Assert.Equal("rwx------", ModeOf($"{_folder.Path}/d"));
        Assert.Equal("rw-------", ModeOf($"{_folder.Path}/d/f"));
        Assert.Equal("rw-------", ModeOf($"{_folder.Path}/d/LOCK"));
    }

    [Fact]
    public void A_link_is_deleted_and_not_followed()
    {
        _files.CreateDirectory($"{_folder.Path}/kept");
        _files.Open($"{_folder.Path}/kept/f", FileOpenMode.CreateNew).Dispose();
        _files.CreateDirectory($"{_folder.Path}/d");
        Directory.CreateSymbolicLink($"{_folder.Path}/d/link", $"{_folder.Path}/kept");
        File.CreateSymbolicLink($"{_folder.Path}/d/dangling", $"{_folder.Path}/nowhere");

        _files.DeleteDirectory($"{_folder.Path}/d");

        Assert.Equal(["kept"], _files.List(_folder.Path));
        Assert.True(_files.FileExists($"{_folder.Path}/kept/f"));
    }

    [Fact]
    public void A_path_with_a_zero_byte_is_refused()
    {
        Assert.Throws<ArgumentException>(() => _files.DeleteFile($"{_folder.Path}/f\0g"));
        Assert.Throws<ArgumentException>(() => _files.CreateDirectory(string.Empty));
    }

    [Fact]
    public void A_closed_file_is_not_synced()
    {
        var file = _files.Open($"{_folder.Path}/f", FileOpenMode.CreateNew);
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(file.SyncData);
        Assert.Throws<ObjectDisposedException>(() => file.Write(0, "x"u8));
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    private static string ModeOf(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException();
        }

        var mode = (int)File.GetUnixFileMode(path);
        return string.Concat("rwxrwxrwx".Select((sign, i) => (mode & (1 << (8 - i))) != 0 ? sign : '-'));
    }
}
