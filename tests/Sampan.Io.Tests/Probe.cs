namespace Sampan.Io.Tests;

/// <summary>
/// A program of one call, for tests in which the system makes it fail: it prints what came of the call.
/// </summary>
internal static class Probe
{
    /// <summary>Runs the call named first in the folder named second.</summary>
    public static int Main(string[] arguments)
    {
        if (arguments.Length != 2)
        {
            return 2;
        }

        try
        {
            Call(arguments[0], arguments[1]);
            Console.WriteLine("done");
        }
        catch (FileSystemException failure)
        {
            Console.WriteLine($"{failure.Operation} {failure.Failure}");
        }

        return 0;
    }

    private static void Call(string name, string folder)
    {
        var files = new OsFileSystem();
        var path = $"{folder}/probe";
        using var file = files.Open(path, FileOpenMode.CreateNew);
        switch (name)
        {
            case "write":
                file.Write(0, "hello"u8);
                break;
            case "read":
                file.Write(0, "hello"u8);
                file.Read(0, new byte[5]);
                break;
            case "sync-data":
                file.SyncData();
                break;
            case "sync":
                file.Sync();
                break;
            case "sync-directory":
                files.SyncDirectory(folder);
                break;
            case "rename":
                files.Rename(path, path + "2");
                break;
            case "delete":
                files.DeleteFile(path);
                break;
            case "exists":
                files.FileExists(path);
                break;
            default:
                throw new ArgumentException($"no call {name}", nameof(name));
        }
    }
}
