using Sampan.Base;

namespace Sampan.MultiRaft.Snapshots;

/// <summary>
/// Releases what is still held when a store ends. Its disk may have failed, and may refuse each time: the operator is
/// told, and the rest is released all the same.
/// </summary>
internal sealed class Leftovers
{
    private readonly Action<string> _remark;

    /// <summary>Tells <paramref name="remark"/> what could not be released.</summary>
    public Leftovers(Action<string> remark) => _remark = remark;

    /// <summary>Releases something, if it is there.</summary>
    public void Release(IDisposable? held)
    {
        try
        {
            held?.Dispose();
        }
        catch (Exception exception) when (exception is not InvariantViolationException)
        {
            _remark($"part of a snapshot under way could not be released when the store ended: {exception.Message}");
        }
    }
}
