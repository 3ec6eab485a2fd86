using Sampan.Base;

namespace Sampan.MultiRaft.Applying;

/// <summary>
/// Calls what a user wrote. It may throw anything: whoever calls ends with it what it concerns, a read or a group on
/// this store, and never another group. An impossible state passes, and ends the store.
/// </summary>
internal static class MachineCall
{
    /// <summary>Calls, and returns what was thrown; null if nothing was.</summary>
    public static Exception? Try<T>(T subject, Action<T> call)
    {
        try
        {
            call(subject);
            return null;
        }
        catch (Exception exception) when (exception is not InvariantViolationException)
        {
            return exception;
        }
    }
}
