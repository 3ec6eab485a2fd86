using System.CommandLine;
using Sampan.Cli.Commands;

var root = new RootCommand(
    "Sampan, a replicated key-value store that speaks the etcd v3 API.\n\n"
    + "First steps:\n"
    + "  sampan dev                                   three stores on this machine\n"
    + "  etcdctl --endpoints=127.0.0.1:2379 put k v   from another terminal\n"
    + "  sampan status                                who leads, how far everybody is")
{
    DevCommand.Create(),
    ServerCommand.Create(),
    StatusCommand.Create(),
    BenchCommand.Create(),
};
return await root.Parse(args).InvokeAsync().ConfigureAwait(false);
