using Sampan.Base;
using Sampan.Simulation.Faults;
using Sampan.Simulation.Workloads;

namespace Sampan.Simulation;

/// <summary>
/// One history of a number of stores, whole stores in one thread, drawn from a seed: first everything goes wrong, then
/// nothing, and then all must be well. A promise that is broken ends it with a <see cref="SimulationFailedException"/>.
/// </summary>
public sealed class ClusterSimulation
{
    private readonly SimulationOptions _options;
    private readonly SimulationWorld _world;
    private readonly RegisterClients _clients;
    private readonly FaultPlan _faults;

    private ClusterSimulation(SimulationOptions options)
    {
        _options = options;
        var prng = new Prng(options.Seed);
        _world = new SimulationWorld(options, prng.Fork());
        _clients = new RegisterClients(_world, prng.Fork());
        _faults = new FaultPlan(_world, prng.Fork());
        _world.StoreCrashed = store =>
        {
            _clients.StoreCrashed(store);
            _faults.PlanStart(store);
        };
    }

    /// <summary>Runs a seed.</summary>
    public static SimulationReport Run(SimulationOptions options)
    {
        options.Validate();
        var simulation = new ClusterSimulation(options);
        try
        {
            return simulation.Run();
        }
        catch (Exception exception) when (exception is SimulationFailedException or InvariantViolationException)
        {
            throw new SimulationFailedException(simulation.Describe(exception), exception)
            {
                Trace = simulation._world.Trace.ToString(),
            };
        }
    }

    private SimulationReport Run()
    {
        foreach (var store in _world.Stores)
        {
            store.Start();
        }

        _clients.Start(_world.Shape.Clients);
        if (_options.HasFaults)
        {
            _faults.Start();
        }

        while (_world.Timeline.EventCount < _options.Events)
        {
            Invariant.Holds(_world.Timeline.Step());
        }

        _world.Away = _faults.Stop(mayLose: _options.HasFaults);
        _clients.Stop();
        SitOutPauses();
        new Recovery(_world, _clients).Run();
        var isJudged = _clients.Judge();
        return new SimulationReport
        {
            Seed = _options.Seed,
            Hash = _world.Timeline.Hash,
            Events = _world.Timeline.EventCount,
            Elapsed = new TimeSpan(_world.Timeline.Now.Ticks),
            Shape = _world.Shape.ToString(),
            Writes = _clients.Writes,
            Reads = _clients.Reads,
            Failures = _clients.Failures,
            Crashes = _world.Crashes,
            IsJudged = isJudged,
            Faults = _world.Ledger.Counts,
        };
    }

    // A process that was stopped cannot be woken, nor a call of a slow disk hurried; it goes on when that is over.
    private void SitOutPauses()
    {
        var end = Instant.Zero;
        foreach (var store in _world.Stores)
        {
            end = Instant.Max(end, store.BusyUntil);
        }

        _world.Timeline.RunUntil(end);
    }

    private string Describe(Exception exception)
    {
        var source = exception is InvariantViolationException ? " [production code]" : string.Empty;
        return $"seed {_options.Seed}, event {_world.Timeline.EventCount}, "
            + $"{_world.Timeline.Now.Ticks / 10_000.0:F3} ms, {_world.Shape}: {exception.Message}{source}";
    }
}
