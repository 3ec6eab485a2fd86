using Sampan.Base;

namespace Sampan.Simulation.Scheduling;

/// <summary>
/// A thread that exists in simulated time only: runs one worker after the other, each run at one instant, after the
/// time that it takes. A run that waits for a disk holds up the other workers of the thread, as it would in truth.
/// </summary>
internal sealed class SimulatedThread
{
    private readonly SimulatedRunner _runner;
    private readonly List<SimulatedWorker> _workers = [];
    private ulong _plan;
    private Instant _plannedAt = Instant.Never;
    private SimulatedWorker? _chosen;
    private int _cursor;
    private bool _isInside;

    /// <summary>A thread of a runner.</summary>
    public SimulatedThread(SimulatedRunner runner) => _runner = runner;

    /// <summary>Adds a worker, behind those that it has.</summary>
    public void Add(SimulatedWorker worker) => _workers.Add(worker);

    /// <summary>Looks at what waits, and plans the next run if none is planned that early.</summary>
    public void Plan()
    {
        if (!_runner.IsRunning || _isInside || _chosen is not null)
        {
            return;
        }

        var at = Instant.Never;
        foreach (var worker in _workers)
        {
            at = Instant.Min(at, worker.IsWoken ? _runner.Events.Now : worker.Deadline);
        }

        if (at == Instant.Never)
        {
            return;
        }

        at = Instant.Max(Instant.Max(at, _runner.Events.Now), _runner.PausedUntil);
        if (_plannedAt <= at)
        {
            return;
        }

        _plannedAt = at;
        var plan = ++_plan;
        var start = at.After(_runner.DrawWakeUp());
        _runner.Events.Plan(start, EventKind.Worker, _workers[0].Number, () => Begin(plan));
    }

    private void Begin(ulong plan)
    {
        if (plan != _plan || !_runner.IsRunning)
        {
            return;
        }

        _plannedAt = Instant.Never;
        if (_runner.PausedUntil > _runner.Events.Now)
        {
            Plan();
            return;
        }

        for (var i = 0; i < _workers.Count; i++)
        {
            var worker = _workers[(_cursor + i) % _workers.Count];
            if (worker.IsWoken || worker.Deadline <= _runner.Events.Now)
            {
                _cursor = (_cursor + i + 1) % _workers.Count;
                Choose(worker);
                return;
            }
        }

        Plan();
    }

    private void Choose(SimulatedWorker worker)
    {
        var cost = _runner.DrawCost(worker.Worker.Name);
        if (cost == TimeSpan.Zero)
        {
            Run(worker);
            return;
        }

        _chosen = worker;
        _runner.Events.PlanAfter(cost, EventKind.Worker, worker.Number, () => RunChosen(worker));
    }

    private void RunChosen(SimulatedWorker worker)
    {
        if (_runner.IsRunning)
        {
            Run(worker);
        }
    }

    private void Run(SimulatedWorker worker)
    {
        worker.IsWoken = false;
        worker.Deadline = Instant.Never;
        _isInside = true;
        var next = _runner.Run(worker.Worker);
        _isInside = false;
        _chosen = null;
        if (next == Instant.Zero)
        {
            worker.IsWoken = true;
        }
        else
        {
            worker.Deadline = _runner.ToTrue(next);
        }

        Plan();
    }
}
