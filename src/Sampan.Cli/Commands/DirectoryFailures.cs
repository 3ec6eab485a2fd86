using Sampan.Io;
using Sampan.MultiRaft.Abstractions;
using Sampan.Storage.Identity;

namespace Sampan.Cli.Commands;

/// <summary>What keeps a command from reading, or writing, a data directory.</summary>
internal static class DirectoryFailures
{
    /// <summary>Does something with a directory; null if it was done, else why not, as a sentence.</summary>
    public static string? Of(string path, Action use)
    {
        try
        {
            use();
            return null;
        }
        catch (StoreRefusedException exception)
        {
            return exception.Message.TrimEnd('.') + ".";
        }
        catch (StorageDamagedException exception)
        {
            return exception.Message.TrimEnd('.') + ".";
        }
        catch (FileSystemException exception)
        {
            return exception.Message.TrimEnd('.') + ".";
        }
        catch (ArgumentException exception)
        {
            return $"DIR is '{path}': {exception.Message}";
        }
    }
}
