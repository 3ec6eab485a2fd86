using Sampan.Testing.Workers;

namespace Sampan.Simulation.Stores;

/// <summary>How fast a store's processor and disk are; faults change it for a while.</summary>
internal sealed class StorePace
{
    private readonly TimeSpan _electionTimeout;
    private int _disk = 1;
    private int _processor = 1;
    private bool _hangs;

    /// <summary>As fast as usual.</summary>
    public StorePace(TimeSpan electionTimeout) => _electionTimeout = electionTimeout;

    /// <summary>Told of changes.</summary>
    public Action? Changed { get; set; }

    /// <summary>The latencies at this pace.</summary>
    public SimulatedLatencies Latencies => new()
    {
        Cpu = LatencyRange.Microseconds(1, 20 * _processor),
        Read = LatencyRange.Microseconds(1, 50 * _disk),
        Write = LatencyRange.Microseconds(1, 20 * _disk),
        Sync = _hangs
            ? new LatencyRange(_electionTimeout / 2, _electionTimeout * 2)
            : LatencyRange.Microseconds(50 * _disk, 400 * _disk),
        SlowSync = LatencyRange.Microseconds(400 * _disk, 20_000 * _disk),
        SlowSyncOneIn = 100,
        Completion = LatencyRange.Microseconds(1, 50),
    };

    /// <summary>The disk is so many times slower.</summary>
    public void SlowDisk(int factor) => Change(() => _disk = factor);

    /// <summary>The processor is so many times slower.</summary>
    public void SlowProcessor(int factor) => Change(() => _processor = factor);

    /// <summary>Syncs take about as long as elections.</summary>
    public void HangDisk() => Change(() => _hangs = true);

    /// <summary>As fast as usual again.</summary>
    public void Recover() => Change(() => (_disk, _processor, _hangs) = (1, 1, false));

    private void Change(Action change)
    {
        change();
        Changed?.Invoke();
    }
}
