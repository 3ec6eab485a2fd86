using System.Reflection;
using System.Runtime.InteropServices;

namespace Sampan.Io;

/// <summary>
/// The calls of the C library that the runtime hides, gets wrong or does not have. They are looked up from the main
/// program and not from a library by name: so whoever puts a library in front (LD_PRELOAD) to make disks fail is asked
/// first, as for the calls of the runtime itself.
/// </summary>
internal static partial class LibC
{
    private const string Library = "the main program";

    static LibC() => NativeLibrary.SetDllImportResolver(typeof(LibC).Assembly, Resolve);

    /// <summary>open(2) without creation; a third argument is never needed.</summary>
    [LibraryImport(Library, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    /// <summary>close(2).</summary>
    [LibraryImport(Library, EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    /// <summary>fsync(2).</summary>
    [LibraryImport(Library, EntryPoint = "fsync", SetLastError = true)]
    public static partial int Sync(int descriptor);

    /// <summary>fdatasync(2).</summary>
    [LibraryImport(Library, EntryPoint = "fdatasync", SetLastError = true)]
    public static partial int SyncData(int descriptor);

    /// <summary>flock(2).</summary>
    [LibraryImport(Library, EntryPoint = "flock", SetLastError = true)]
    public static partial int Lock(int descriptor, int operation);

    /// <summary>rename(2).</summary>
    [LibraryImport(Library, EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Rename(string from, string to);

    /// <summary>unlink(2).</summary>
    [LibraryImport(Library, EntryPoint = "unlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Unlink(string path);

    /// <summary>mkdir(2).</summary>
    [LibraryImport(Library, EntryPoint = "mkdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MakeDirectory(string path, uint mode);

    /// <summary>rmdir(2).</summary>
    [LibraryImport(Library, EntryPoint = "rmdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int RemoveDirectory(string path);

    /// <summary>clock_gettime(2); seconds and nanoseconds, both of the width of a pointer.</summary>
    [LibraryImport(Library, EntryPoint = "clock_gettime", SetLastError = true)]
    public static partial int GetTime(int clock, out TimeSpec time);

    /// <summary>getrlimit(2); both numbers have the width of a pointer.</summary>
    [LibraryImport(Library, EntryPoint = "getrlimit", SetLastError = true)]
    public static partial int GetLimit(int resource, out ResourceLimit limit);

    /// <summary>
    /// futex(2), which has no function of its own in the C library. The fixed arguments of syscall(2) are passed as all
    /// others on the systems that <see cref="ThreadPark"/> uses it on.
    /// </summary>
    [LibraryImport(Library, EntryPoint = "syscall")]
    public static partial nint Futex(nint number, ref int word, nint operation, nint value, in TimeSpec timeout);

    private static nint Resolve(string library, Assembly assembly, DllImportSearchPath? paths) =>
        string.Equals(library, Library, StringComparison.Ordinal) ? NativeLibrary.GetMainProgramHandle() : 0;
}
