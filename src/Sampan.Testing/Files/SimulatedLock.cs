namespace Sampan.Testing.Files;

/// <summary>Holds a lock until it is disposed.</summary>
internal sealed class SimulatedLock : IDisposable
{
    private StoredFile? _file;

    /// <summary>The lock on <paramref name="file"/>.</summary>
    public SimulatedLock(StoredFile file) => _file = file;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_file is not null)
        {
            _file.IsLocked = false;
            _file = null;
        }
    }
}
