using Sampan.Base;

namespace Sampan.Testing.Files;

/// <summary>
/// How simulated time meets simulated files. A worker's round runs at once, while its calls take simulated time; a
/// crash at an instant within that round must find the disk as it was then. So each change is stamped, and counts as
/// settled only when no crash can come before its end any more.
/// </summary>
public interface IFileTime
{
    /// <summary>The local time of the simulated thread that calls.</summary>
    Instant Now { get; }

    /// <summary>No crash can happen before it any more; it never goes back.</summary>
    Instant Floor { get; }

    /// <summary>Lets the local time pass that the call takes.</summary>
    void Spend(FileCall call);
}
