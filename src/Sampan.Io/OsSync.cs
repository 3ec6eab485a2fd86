using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Sampan.Io;

/// <summary>
/// Makes files and directories durable by our own calls, because the runtime's report success when they failed. An
/// interrupted call is repeated, as it did not finish; any other failure is final (F1), for want of space too.
/// </summary>
internal static class OsSync
{
    // O_RDONLY is zero everywhere.
    private const int LinuxCloseOnExec = 0x80000;
    private const int MacCloseOnExec = 0x1000000;

    /// <summary>fsync or fdatasync of an open file.</summary>
    public static void File(SafeFileHandle handle, string path, bool dataOnly)
    {
        ObjectDisposedException.ThrowIf(handle.IsClosed, handle);
        var isHeld = false;
        try
        {
            handle.DangerousAddRef(ref isHeld);
            Descriptor((int)handle.DangerousGetHandle(), path, dataOnly && OperatingSystem.IsLinux());
        }
        finally
        {
            if (isHeld)
            {
                handle.DangerousRelease();
            }
        }
    }

    /// <summary>fsync of a directory.</summary>
    public static void Directory(string path)
    {
        var flags = OperatingSystem.IsLinux() ? LinuxCloseOnExec : OperatingSystem.IsMacOS() ? MacCloseOnExec : 0;
        int descriptor;
        while ((descriptor = LibC.Open(path, flags)) < 0)
        {
            if (Marshal.GetLastPInvokeError() != Errno.Interrupted)
            {
                throw Errno.Last("open", path);
            }
        }

        try
        {
            Descriptor(descriptor, path, dataOnly: false);
        }
        finally
        {
            // Nothing was written through it: its result says nothing.
            _ = LibC.Close(descriptor);
        }
    }

    private static void Descriptor(int descriptor, string path, bool dataOnly)
    {
        while ((dataOnly ? LibC.SyncData(descriptor) : LibC.Sync(descriptor)) != 0)
        {
            if (Marshal.GetLastPInvokeError() != Errno.Interrupted)
            {
                throw Errno.LastOfSync(dataOnly ? "fdatasync" : "fsync", path);
            }
        }
    }
}
