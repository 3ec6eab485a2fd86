using Sampan.Base;

namespace Sampan.MultiRaft.Tests.Fixture;

/// <summary>Runs workers one after the other, in the order in which they were added, when a test says so.</summary>
internal sealed class ManualRunner : IWorkerRunner
{
    private readonly List<Handle> _handles = [];
    private readonly ManualTime _time;
    private readonly HashSet<string> _held = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TimeSpan> _longest = new(StringComparer.Ordinal);
    private IWorkerOwner? _owner;
    private bool _stopped;

    /// <summary>A runner on a manual clock.</summary>
    public ManualRunner(ManualTime time) => _time = time;

    /// <inheritdoc/>
    public IWorkerHandle Add(IWorker worker, string thread)
    {
        var handle = new Handle(worker, _held);
        _handles.Add(handle);
        return handle;
    }

    /// <inheritdoc/>
    public void Start(IWorkerOwner owner)
    {
        _owner = owner;
        foreach (var handle in _handles)
        {
            handle.Wake();
        }
    }

    /// <inheritdoc/>
    public void Stop()
    {
        _stopped = true;
        var owner = _owner;
        _owner = null;
        owner?.WorkersEnded();
    }

    /// <summary>
    /// Runs those that are due, once each; returns whether any was. What a worker throws ends all of them, and the test
    /// sees it.
    /// </summary>
    public bool RunDue()
    {
        var any = false;
        foreach (var handle in _handles)
        {
            var begin = _time.GetTimestamp();
            any |= !_stopped && Run(handle, new Instant(begin));
            var took = new TimeSpan(_time.GetTimestamp() - begin);
            _longest[handle.Name] = took > Longest(handle.Name) ? took : Longest(handle.Name);
        }

        return any;
    }

    /// <summary>The longest call of a worker so far.</summary>
    public TimeSpan Longest(string worker) => _longest.GetValueOrDefault(worker);

    /// <summary>A worker does not run until it is let go; what is for it waits.</summary>
    public void Hold(string worker) => _held.Add(worker);

    /// <summary>It runs again.</summary>
    public void LetGo(string worker) => _held.Remove(worker);

    private bool Run(Handle handle, Instant now)
    {
        try
        {
            return handle.RunIfDue(now);
        }
        catch (Exception exception)
        {
            _owner?.WorkerFailed(handle.Name, exception);
            Stop();
            throw;
        }
    }

    private sealed class Handle(IWorker worker, HashSet<string> held) : IWorkerHandle
    {
        private Instant _due = Instant.Never;
        private bool _woken;

        public string Name => worker.Name;

        public void Wake() => _woken = true;

        public bool RunIfDue(Instant now)
        {
            if (held.Contains(worker.Name) || (!_woken && _due > now))
            {
                return false;
            }

            _woken = false;
            _due = worker.RunOnce();
            return true;
        }
    }
}
