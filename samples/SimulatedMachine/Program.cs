using Sampan.Simulation;
using SimulatedMachine;

// Puts a state machine under every fault of Sampan's simulation: `dotnet run -c Release --project
// samples/SimulatedMachine -- [hash | sorted] [first seed]`. The one on a hash table evicts "the first" key, which is
// another one on a replica that came by snapshot; the sorted one is right.
var isSorted = args is ["sorted", ..];
var first = args is [_, var text] && ulong.TryParse(text, out var number) ? number : 1;
const ulong seeds = 200;
for (var seed = first; seed < first + seeds; seed++)
{
    try
    {
        ClusterSimulation.Run(new SimulationOptions
        {
            Seed = seed,
            Machine = new MachineUnderTest
            {
                Machines = () => new CacheFactory(isSorted),
                NextCommand = prng => new[] { (byte)prng.NextBelow(40) },
                NextQuery = _ => new byte[] { 0 },
            },
        });
    }
    catch (SimulationFailedException failure)
    {
        Console.WriteLine($"found with seed {seed}: {failure.Message}");
        return 1;
    }
}

Console.WriteLine($"{seeds} seeds, nothing found");
return 0;
