using Sampan.Model;

namespace Sampan.Raft.Log;

/// <summary>
/// What of a group's log can be read without waiting. Owned by the core, implemented by whoever keeps entries in
/// memory. It must hold an entry from the moment it was handed out in a <see cref="PersistTask"/> until that task is
/// reported durable; after that it may forget it.
/// </summary>
public interface ILogView
{
    /// <summary>
    /// Appends to <paramref name="into"/> the entries from the first index of <paramref name="range"/> on, as far as
    /// they are in memory without a gap and until their sizes exceed <paramref name="bytesMax"/> (the first is taken
    /// whatever its size), and returns how many. 0 if the first one is not in memory.
    /// </summary>
    int Read(IndexRange range, long bytesMax, List<Entry> into);
}
