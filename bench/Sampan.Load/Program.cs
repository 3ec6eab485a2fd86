using System.CommandLine;
using System.Globalization;
using Sampan.Load;

var runs = new Option<int>("--runs") { Description = "Runs of each.", DefaultValueFactory = _ => 3 };
var seconds = new Option<int>("--seconds") { Description = "Seconds a workload.", DefaultValueFactory = _ => 5 };
var clients = new Option<string>("--clients")
{
    Description = "Numbers of clients, separated by commas.",
    DefaultValueFactory = _ => "1,64,256,1024",
};
var only = new Option<string?>("--only") { Description = "sampan or etcd alone." };
var root = new RootCommand(
    "Measures three members of Sampan and three of etcd on this machine, in turns, with one load program: 16 B keys,\n"
    + "256 B values, 100,000 keys, at most 8 connections over all members. Prints medians as a table. Needs `etcd`\n"
    + "(Debian: etcd-server); without it Sampan is measured alone.")
{
    runs, seconds, clients, only,
};
var restart = new Command("restart", "Measures how soon one member with a million keys reads again after a kill.")
{
    runs,
};
restart.SetAction(async (parsed, cancellation) =>
{
    var text = await new Restart(parsed.GetValue(runs)).RunAsync(cancellation).ConfigureAwait(false);
    await Console.Out.WriteLineAsync(text).ConfigureAwait(false);
    return 0;
});
root.Add(restart);
root.SetAction(async (parsed, cancellation) =>
{
    var comparison = new Comparison(
        parsed.GetValue(runs),
        TimeSpan.FromSeconds(parsed.GetValue(seconds)),
        [
            .. (parsed.GetValue(clients) ?? string.Empty).Split(',')
                .Select(number => int.Parse(number, CultureInfo.InvariantCulture)),
        ]);
    await Console.Out.WriteLineAsync(
        await comparison.RunAsync(parsed.GetValue(only), cancellation).ConfigureAwait(false)).ConfigureAwait(false);
    return 0;
});
return await root.Parse(args).InvokeAsync().ConfigureAwait(false);
