using Sampan.Base;

namespace Sampan.MultiRaft.Tests.Fixture;

/// <summary>Runs workers one after the other, in the order in which they were added, when a test says so.</summary>
internal sealed class ManualRunner : IWorkerRunner
{
    private readonly List<Handle> _handles = [];
    private readonly ManualTime _time;
    private readonly HashSet<string> _held = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TimeSpan> _longest = new(StringComparer.Ordinal);
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
            var begin = _time.GetTimestamp();
            any |= !_stopped && handle.RunIfDue(new Instant(begin));
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
