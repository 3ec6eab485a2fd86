#:project ../src/Sampan.Simulation/Sampan.Simulation.csproj
#:project ../src/Sampan.Base/Sampan.Base.csproj
#:property PublishAot=false

// Runs seeds of the simulation: `dotnet run -c Release eng/sim.cs -- --seed 17 --count 100 --events 5000`. Further
// options: --stores, --groups, --clients, --calm (no faults), --bug (a planted one, by name), --workload (Etcd). Ends
// with 1 at the first seed that fails, and prints what it broke.

using System.Diagnostics;
using System.Globalization;
using Sampan.Simulation;

var seed = (ulong)Read("--seed", 1);
var count = Read("--count", 1);
var isQuiet = count > 20;
var events = 0L;
var failed = 0;
var watch = Stopwatch.StartNew();
for (var i = 0L; i < count; i++)
{
    var options = new SimulationOptions
    {
        Seed = seed + (ulong)i,
        Events = Read("--events", 5000),
        Stores = (int)Read("--stores", 3),
        Groups = (int)Read("--groups", 1),
        Clients = (int)Read("--clients", 6),
        HasFaults = !args.Contains("--calm"),
        Workload = Enum.Parse<SimulatedWorkload>(Text("--workload") ?? "Registers"),
        Bug = Enum.Parse<PlantedBug>(Text("--bug") ?? "None"),
    };
    try
    {
        var report = ClusterSimulation.Run(options);
        events += report.Events;
        if (!isQuiet)
        {
            Console.WriteLine(report);
        }
    }
    catch (SimulationFailedException exception)
    {
        failed++;
        Console.WriteLine(args.Contains("--trace") ? exception : exception.Message);
        if (!args.Contains("--go-on"))
        {
            break;
        }
    }
}

var rate = events / watch.Elapsed.TotalSeconds;
Console.WriteLine($"{count} seeds, {failed} failed, {events} events, {rate:F0} events/s");
return failed == 0 ? 0 : 1;

string? Text(string name)
{
    var at = Array.IndexOf(args, name);
    return at < 0 || at + 1 == args.Length ? null : args[at + 1];
}

long Read(string name, long otherwise) =>
    Text(name) is { } text ? long.Parse(text, CultureInfo.InvariantCulture) : otherwise;
