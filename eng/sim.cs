#:project ../src/Sampan.Simulation/Sampan.Simulation.csproj
#:project ../src/Sampan.Base/Sampan.Base.csproj
#:property PublishAot=false

// Runs seeds of the simulation; eng/sim says how it is called. Ends with 1 if a seed failed, prints what it broke, how
// often each fault happened, and which never did.

using System.Diagnostics;
using System.Globalization;
using Sampan.Simulation;
using Sampan.Simulation.Faults;

var seed = (ulong)Read("--seed", 1);
var count = Read("--count", 1);
var isQuiet = count > 20;
var events = 0L;
var failed = 0;
var faults = new SortedDictionary<FaultKind, long>();
var watch = Stopwatch.StartNew();
for (var i = 0L; i < count; i++)
{
    var options = new SimulationOptions
    {
        Seed = seed + (ulong)i,
        Events = Read("--events", 5000),
        Stores = Number("--stores"),
        Voters = Number("--voters"),
        Learners = Number("--learners"),
        Groups = Number("--groups"),
        Clients = Number("--clients"),
        HasFaults = !args.Contains("--calm"),
        Workload = Text("--workload") is { } workload ? Enum.Parse<SimulatedWorkload>(workload) : null,
    };
    try
    {
        var report = ClusterSimulation.Run(options);
        events += report.Events;
        foreach (var (kind, times) in report.Faults)
        {
            faults[kind] = faults.GetValueOrDefault(kind) + times;
        }

        if (!isQuiet)
        {
            Console.WriteLine(report);
        }
    }
    catch (SimulationFailedException exception)
    {
        failed++;
        Console.WriteLine(args.Contains("--trace") ? $"{exception.Trace}{exception}" : exception.Message);
        if (!args.Contains("--go-on"))
        {
            break;
        }
    }
}

Console.WriteLine(string.Join(", ", faults.Select(pair => $"{pair.Key} {pair.Value}")));
Console.WriteLine("never: " + string.Join(", ", Enum.GetValues<FaultKind>().Where(kind => !faults.ContainsKey(kind))));
var rate = events / watch.Elapsed.TotalSeconds;
Console.WriteLine($"{count} seeds, {failed} failed, {events} events, {rate:F0} events/s");
return failed == 0 ? 0 : 1;

string? Text(string name)
{
    var at = Array.IndexOf(args, name);
    return at < 0 || at + 1 == args.Length ? null : args[at + 1];
}

int? Number(string name) =>
    Text(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;

long Read(string name, long otherwise) =>
    Text(name) is { } text ? long.Parse(text, CultureInfo.InvariantCulture) : otherwise;
