using System.CommandLine;

namespace Sampan.Cli.Commands;

/// <summary><c>sampan</c>, with all its commands.</summary>
internal static class Root
{
    /// <summary>The command line.</summary>
    public static RootCommand Create() => new(
        "Sampan, a replicated key-value store that speaks the etcd v3 API.\n\n"
        + "First steps:\n"
        + "  sampan dev                                   three stores on this machine\n"
        + "  etcdctl --endpoints=127.0.0.1:2379 put k v   from another terminal\n"
        + "  sampan status                                who leads, how far everybody is")
    {
        DevCommand.Create(),
        ServerCommand.Create(),
        StatusCommand.Create(),
        InspectCommand.Create(),
        BenchCommand.Create(),
    };
}
