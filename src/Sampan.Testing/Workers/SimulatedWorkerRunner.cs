using Sampan.Base;

namespace Sampan.Testing.Workers;

/// <summary>
/// Runs the workers of a <see cref="SimulatedProcess"/> as events of its timeline. Workers of a thread take turns in
/// the order of adding and share its local time; threads that are ready at the same instant run in a drawn order. The
/// limits of the watchdog hold as they do for real threads.
/// </summary>
public sealed class SimulatedWorkerRunner : IWorkerRunner
{
    private readonly SimulatedProcess _process;
    private bool _hasStarted;
    private bool _hasStopped;
    private IWorkerOwner? _owner;

    internal SimulatedWorkerRunner(SimulatedProcess process) => _process = process;

    /// <summary>Whether its workers are called.</summary>
    public bool IsRunning => _hasStarted && !_hasStopped && _process.IsAlive;

    /// <inheritdoc/>
    public IWorkerHandle Add(IWorker worker, string thread)
    {
        Invariant.Holds(!_hasStarted);
        return _process.ThreadOf(thread).Add(worker);
    }

    /// <summary>
    /// A worker that looks at what another one leaves in memory, with no mailbox in between, does not run before that
    /// one's round has ended by local time: else it would see now what happens later. Before the start, after both were
    /// added.
    /// </summary>
    public void KeepBehind(string worker, string leader)
    {
        Invariant.Holds(!_hasStarted);
        var (slot, leading) = (_process.SlotOf(worker), _process.SlotOf(leader));
        Invariant.Holds(slot is not null && leading is not null);
        slot.Leader = leading;
    }

    /// <inheritdoc/>
    public void Start(IWorkerOwner owner)
    {
        Invariant.Holds(!_hasStarted);
        _hasStarted = true;
        _owner = owner;
        _process.StartAll();
    }

    /// <inheritdoc/>
    public void Stop()
    {
        _hasStopped = true;
        var owner = _owner;
        _owner = null;
        owner?.WorkersEnded();
    }

    // As on a real thread: it ends all workers of the process and is told. A simulator may throw from there.
    internal void Fail(string worker, Exception cause)
    {
        _hasStopped = true;
        _process.Alarm.WorkerFailed(worker, cause);
        _owner?.WorkerFailed(worker, cause);
        Stop();
    }
}
