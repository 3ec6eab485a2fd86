namespace Sampan.Server.Doors;

/// <summary>How many connections clients may have: never so many that the store cannot open its own files.</summary>
internal static class ClientConnections
{
    /// <summary>
    /// What is kept for the rest: segments of the log and spare ones, snapshots, connections to members, and what the
    /// runtime has open, some 200 when a store of three members is at rest.
    /// </summary>
    public const int Reserve = 512;

    private const int Least = 16;

    /// <summary>How many, where the process may have so many files open.</summary>
    public static long MaxOf(long openFilesMax) => Math.Max(Least, openFilesMax - Reserve);
}
