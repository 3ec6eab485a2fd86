using Sampan.Base;

namespace Sampan.MultiRaft.Tests.Fixture;

/// <summary>Runs workers one after the other, in the order in which they were added, when a test says so.</summary>
internal sealed class ManualRunner : IWorkerRunner
{
    private readonly List<Handle> _handles = [];
    private readonly ManualTime _time;
    private bool _stopped;

    /// <summary>A runner on a manual clock.</summary>
    public ManualRunner(ManualTime time) => _time = time;

    /// <inheritdoc/>
    public IWorkerHandle Add(IWorker worker, string thread)
    {
        var handle = new Handle(worker);
        _handles.Add(handle);
        return handle;
    }

    /// <inheritdoc/>
    public void Start()
    {
        foreach (var handle in _handles)
        {
            handle.Wake();
        }
    }

    /// <inheritdoc/>
    public void Stop() => _stopped = true;

    /// <summary>Runs those that are due, once each; returns whether any was.</summary>
    public bool RunDue()
    {
        var any = false;
        foreach (var handle in _handles)
        {
            any |= !_stopped && handle.RunIfDue(new Instant(_time.GetTimestamp()));
        }

        return any;
    }

    private sealed class Handle(IWorker worker) : IWorkerHandle
    {
        private Instant _due = Instant.Never;
        private bool _woken;

        public void Wake() => _woken = true;

        public bool RunIfDue(Instant now)
        {
            if (!_woken && _due > now)
            {
                return false;
            }

            _woken = false;
            _due = worker.RunOnce();
            return true;
        }
    }
}
