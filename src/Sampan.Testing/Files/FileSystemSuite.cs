using Sampan.Base;
using Sampan.Io;

namespace Sampan.Testing.Files;

/// <summary>
/// What every <see cref="IFileSystem"/> does, in cases that throw <see cref="SuiteFailedException"/> where it does not.
/// A test runs each of <see cref="Names"/> in a fresh, empty folder. What a crash keeps is no part of it: no program
/// can see that from inside.
/// </summary>
public sealed class FileSystemSuite
{
    private readonly IFileSystem _files;
    private readonly string _folder;
    private readonly SortedDictionary<string, Action> _cases;

    /// <summary>The suite over an empty folder that exists.</summary>
    public FileSystemSuite(IFileSystem files, string folder)
    {
        _files = files;
        _folder = folder;
        _cases = new SortedDictionary<string, Action>(StringComparer.Ordinal)
        {
            [nameof(WritesAreRead)] = WritesAreRead,
            [nameof(ReadsEndWithTheFile)] = ReadsEndWithTheFile,
            [nameof(GapsAreZeros)] = GapsAreZeros,
            [nameof(WhatWasCutStaysCut)] = WhatWasCutStaysCut,
            [nameof(OpenRespectsItsMode)] = OpenRespectsItsMode,
            [nameof(DirectoriesHoldNames)] = DirectoriesHoldNames,
            [nameof(ListsAreOrdinal)] = ListsAreOrdinal,
            [nameof(RenamesReplaceFiles)] = RenamesReplaceFiles,
            [nameof(RenamesMoveDirectories)] = RenamesMoveDirectories,
            [nameof(DeletionIsIdempotent)] = DeletionIsIdempotent,
            [nameof(OpenFilesOutliveTheirNames)] = OpenFilesOutliveTheirNames,
            [nameof(SyncsSucceed)] = SyncsSucceed,
            [nameof(LocksExclude)] = LocksExclude,
            [nameof(AbsenceIsNotFound)] = AbsenceIsNotFound,
            [nameof(RandomCallsMatchATwin)] = RandomCallsMatchATwin,
        };
    }

    /// <summary>The names of all cases.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. new FileSystemSuite(new SimulatedFileSystem(new Prng(0)), "/")._cases.Keys];

    /// <summary>Runs one case.</summary>
    public void Run(string name) => _cases[name]();

    private void WritesAreRead()
    {
        using var file = Create("f");
        file.Write(0, "hello world"u8);
        file.Write(6, "raft!"u8);
        Expect(file.LengthBytes == 11, "a write within the file keeps its length");
        ExpectText(file, "hello raft!");
        file.Write(11, []);
        Expect(file.LengthBytes == 11, "an empty write changes nothing");
    }

    private void ReadsEndWithTheFile()
    {
        using var file = Create("f");
        file.Write(0, "abc"u8);
        var into = new byte[8];
        Expect(file.Read(1, into) == 2 && into[0] == 'b' && into[1] == 'c', "a read at the end is short");
        Expect(file.Read(3, into) == 0 && file.Read(100, into) == 0, "a read behind the end is empty");
        Expect(file.Read(0, []) == 0, "a read of nothing reads nothing");
    }

    private void GapsAreZeros()
    {
        using var file = Create("f");
        file.Write(10_000, "x"u8);
        Expect(file.LengthBytes == 10_001, "a write behind the end extends the file");
        var into = new byte[10_001];
        Expect(file.Read(0, into) == 10_001 && into.AsSpan(0, 10_000).IndexOfAnyExcept((byte)0) < 0, "gaps are zeros");
        file.SetLength(20_000);
        into = new byte[20_000];
        Expect(file.Read(0, into) == 20_000 && into.AsSpan(10_001).IndexOfAnyExcept((byte)0) < 0, "so are extensions");
    }

    private void WhatWasCutStaysCut()
    {
        using var file = Create("f");
        file.Write(0, new byte[] { 1, 2, 3, 4, 5 });
        file.SetLength(2);
        Expect(file.LengthBytes == 2, "a cut shortens");
        file.SetLength(5);
        var into = new byte[5];
        file.Read(0, into);
        Expect(into.AsSpan().SequenceEqual(new byte[] { 1, 2, 0, 0, 0 }), "what was cut does not come back");
    }

    private void OpenRespectsItsMode()
    {
        using (var file = Create("f"))
        {
            file.Write(0, "abc"u8);
        }

        ExpectFailure(FileFailure.Exists, () => _files.Open(At("f"), FileOpenMode.CreateNew));
        using (var reader = _files.Open(At("f"), FileOpenMode.Read))
        {
            ExpectText(reader, "abc");
            ExpectFailure(FileFailure.Denied, () => reader.Write(0, "x"u8));
            ExpectFailure(FileFailure.Denied, () => reader.SetLength(0));
        }

        using var writer = _files.Open(At("f"), FileOpenMode.ReadWrite);
        using var second = _files.Open(At("f"), FileOpenMode.Read);
        writer.Write(3, "d"u8);
        ExpectText(second, "abcd");
    }

    private void DirectoriesHoldNames()
    {
        _files.CreateDirectory(At("d"));
        _files.CreateDirectory(At("d"));
        Expect(_files.DirectoryExists(At("d")) && !_files.FileExists(At("d")), "a directory is no file");
        Create("d/f").Dispose();
        Expect(_files.FileExists(At("d/f")) && !_files.DirectoryExists(At("d/f")), "a file is no directory");
        ExpectFailure(FileFailure.Exists, () => _files.CreateDirectory(At("d/f")));
        ExpectFailure(FileFailure.NotFound, () => _files.CreateDirectory(At("no/d")));
    }

    private void ListsAreOrdinal()
    {
        foreach (var name in new[] { "b", "a", "B", "a.tmp", "10", "9", "ä" })
        {
            Create(name).Dispose();
        }

        _files.CreateDirectory(At("Dir"));
        Create("Dir/inner").Dispose();
        string[] expected = ["10", "9", "B", "Dir", "a", "a.tmp", "b", "ä"];
        ExpectNames(expected);
    }

    private void RenamesReplaceFiles()
    {
        Fill("a", "new");
        Fill("b", "old");
        _files.Rename(At("a"), At("b"));
        ExpectNames("b");
        using var file = _files.Open(At("b"), FileOpenMode.Read);
        ExpectText(file, "new");
        _files.CreateDirectory(At("d"));
        ExpectFailure(FileFailure.Exists, () => _files.Rename(At("b"), At("d")));
        ExpectFailure(FileFailure.Exists, () => _files.Rename(At("d"), At("b")));
        _files.Rename(At("b"), At("d/c"));
        Expect(_files.FileExists(At("d/c")), "a rename crosses directories");
    }

    private void RenamesMoveDirectories()
    {
        _files.CreateDirectory(At("1.tmp"));
        Fill("1.tmp/f", "x");
        _files.Rename(At("1.tmp"), At("1"));
        Expect(_files.FileExists(At("1/f")) && !_files.DirectoryExists(At("1.tmp")), "a directory moves as a whole");
        _files.CreateDirectory(At("2"));
        ExpectFailure(FileFailure.Exists, () => _files.Rename(At("2"), At("1")));
    }

    private void DeletionIsIdempotent()
    {
        Fill("f", "x");
        _files.DeleteFile(At("f"));
        _files.DeleteFile(At("f"));
        Expect(!_files.FileExists(At("f")), "a deleted file is gone");
        _files.CreateDirectory(At("d"));
        _files.CreateDirectory(At("d/e"));
        Fill("d/e/f", "x");
        Fill("d/g", "x");
        ExpectFailure(FileFailure.Denied, () => _files.DeleteFile(At("d")));
        ExpectFailure(FileFailure.NotFound, () => _files.DeleteDirectory(At("d/g")));
        _files.DeleteDirectory(At("d"));
        _files.DeleteDirectory(At("d"));
        Expect(_files.List(_folder).Count == 0, "a directory is deleted with all that is in it");
    }

    private void OpenFilesOutliveTheirNames()
    {
        using var file = Create("f");
        file.Write(0, "still here"u8);
        _files.DeleteFile(At("f"));
        Fill("f", "another");
        ExpectText(file, "still here");
    }

    private void SyncsSucceed()
    {
        using var file = Create("f");
        file.SyncData();
        file.Write(0, "x"u8);
        file.SyncData();
        file.Sync();
        _files.SyncDirectory(_folder);
        using var reader = _files.Open(At("f"), FileOpenMode.Read);
        reader.Sync();
    }

    private void LocksExclude()
    {
        var first = _files.TryLock(At("LOCK"));
        Expect(first is not null, "a free lock is taken");
        Expect(_files.TryLock(At("LOCK")) is null, "a held lock is not taken again");
        first?.Dispose();
        first?.Dispose();
        using var second = _files.TryLock(At("LOCK"));
        Expect(second is not null, "a lock that was let go is taken again");
        Expect(_files.FileExists(At("LOCK")), "a lock is a file");
    }

    private void AbsenceIsNotFound()
    {
        ExpectFailure(FileFailure.NotFound, () => _files.Open(At("no"), FileOpenMode.Read));
        ExpectFailure(FileFailure.NotFound, () => _files.Open(At("no"), FileOpenMode.ReadWrite));
        ExpectFailure(FileFailure.NotFound, () => _files.Open(At("no/f"), FileOpenMode.CreateNew));
        ExpectFailure(FileFailure.NotFound, () => _files.Rename(At("no"), At("f")));
        ExpectFailure(FileFailure.NotFound, () => _files.List(At("no")));
        ExpectFailure(FileFailure.NotFound, () => _files.SyncDirectory(At("no")));
        Fill("f", "x");
        ExpectFailure(FileFailure.NotFound, () => _files.List(At("f")));
        Expect(!_files.FileExists(At("f/x")) && !_files.FileExists(At("no/f")), "nothing is below a file");
    }

    private void RandomCallsMatchATwin()
    {
        var prng = new Prng(17);
        var twin = new List<byte>();
        using var file = Create("f");
        for (var step = 0; step < 300; step++)
        {
            var offset = prng.NextBelow(9000);
            if (prng.Chance(1, 8))
            {
                file.SetLength(offset);
                Fit(twin, offset);
                twin.RemoveRange(offset, twin.Count - offset);
            }
            else
            {
                var bytes = new byte[prng.NextBelow(3000)];
                prng.Fill(bytes);
                file.Write(offset, bytes);
                Fit(twin, bytes.Length == 0 ? 0 : offset + bytes.Length);
                bytes.CopyTo(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(twin)[Math.Min(
                    offset,
                    twin.Count)..]);
            }

            var into = new byte[twin.Count + 1];
            Expect(file.Read(0, into) == twin.Count, $"the length is wrong after step {step}");
            Expect(into.AsSpan(0, twin.Count).SequenceEqual([.. twin]), $"the bytes are wrong after step {step}");
        }
    }

    private static void Fit(List<byte> twin, int length)
    {
        while (twin.Count < length)
        {
            twin.Add(0);
        }
    }

    private static void Expect(bool isSo, string claim)
    {
        if (!isSo)
        {
            throw new SuiteFailedException($"does not hold: {claim}");
        }
    }

    private static void ExpectText(IFile file, string text)
    {
        var into = new byte[file.LengthBytes];
        var count = file.Read(0, into);
        var found = System.Text.Encoding.UTF8.GetString(into, 0, count);
        Expect(string.Equals(found, text, StringComparison.Ordinal), $"the file holds '{text}'; it holds '{found}'");
    }

    private static void ExpectFailure(FileFailure failure, Action call)
    {
        try
        {
            call();
        }
        catch (FileSystemException exception)
        {
            Expect(exception.Failure == failure, $"the failure is {failure}; it is {exception.Failure}: {exception}");
            return;
        }

        throw new SuiteFailedException($"does not hold: the call fails with {failure}");
    }

    private void ExpectNames(params string[] names)
    {
        var found = _files.List(_folder);
        Expect(
            found.SequenceEqual(names, StringComparer.Ordinal),
            $"the folder lists {string.Join(' ', names)}; it lists {string.Join(' ', found)}");
    }

    private string At(string name) => $"{_folder.TrimEnd('/')}/{name}";

    private IFile Create(string name) => _files.Open(At(name), FileOpenMode.CreateNew);

    private void Fill(string name, string text)
    {
        using var file = Create(name);
        file.Write(0, System.Text.Encoding.UTF8.GetBytes(text));
    }
}
