namespace Sampan.Grpc;

/// <summary>
/// Bytes of a <see cref="ByteBudget"/>; disposing it gives them back, once. For one thread at a time.
/// </summary>
public sealed class ByteLease : IDisposable
{
    private readonly string _connection;
    private ByteBudget? _budget;

    internal ByteLease(ByteBudget budget, string connection, long bytes)
    {
        _budget = budget;
        _connection = connection;
        Bytes = bytes;
    }

    /// <summary>How many.</summary>
    public long Bytes { get; private set; }

    /// <summary>Takes so many more; false, and nothing, if there is no room.</summary>
    public bool TryGrow(long bytes)
    {
        var hasGrown = _budget?.TryGrow(_connection, bytes) == true;
        Bytes += hasGrown ? bytes : 0;
        return hasGrown;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        var budget = _budget;
        _budget = null;
        budget?.Return(_connection, Bytes);
    }
}
