using Sampan.Base;
using Sampan.Model;

namespace Sampan.Raft.Membership;

/// <summary>
/// The configurations of the retained log, from the one in force at its base on. The append rule: the newest decides
/// every quorum, committed or not, and comes and goes with its entry (C4, R09).
/// </summary>
internal sealed class ConfigurationHistory
{
    // Invariant: never empty; indexes rise strictly; the first one was in force at the log's base.
    private readonly List<ConfigurationEntry> _entries = [];

    /// <summary>The history of a log as it was found on disk.</summary>
    public ConfigurationHistory(IReadOnlyList<ConfigurationEntry> entries)
    {
        Invariant.Holds(entries.Count > 0);
        foreach (var entry in entries)
        {
            Invariant.Holds(_entries.Count == 0 || entry.Index > _entries[^1].Index);
            _entries.Add(entry);
        }
    }

    /// <summary>The configuration in force.</summary>
    public ConfigurationEntry Newest => _entries[^1];

    /// <summary>All of them, oldest first.</summary>
    public IReadOnlyList<ConfigurationEntry> Entries => _entries;

    /// <summary>The newest configuration at or below <paramref name="index"/>.</summary>
    public ConfigurationEntry At(ulong index)
    {
        for (var i = _entries.Count - 1; i > 0; i--)
        {
            if (_entries[i].Index <= index)
            {
                return _entries[i];
            }
        }

        return _entries[0];
    }

    /// <summary>Whether any of them names the replica.</summary>
    public bool EverContained(ReplicaId replica)
    {
        foreach (var entry in _entries)
        {
            if (entry.Configuration.Contains(replica))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A configuration entry was appended.</summary>
    public void Append(ConfigurationEntry entry)
    {
        Invariant.Holds(entry.Index > Newest.Index, entry.Index, Newest.Index);
        _entries.Add(entry);
    }

    /// <summary>
    /// The log lost <paramref name="firstIndex"/> and all behind it; returns whether the newest one changed.
    /// </summary>
    public bool TruncateFrom(ulong firstIndex)
    {
        var changed = false;
        while (_entries.Count > 1 && Newest.Index >= firstIndex)
        {
            _entries.RemoveAt(_entries.Count - 1);
            changed = true;
        }

        Invariant.Holds(Newest.Index < firstIndex || Newest.Index == 0, Newest.Index, firstIndex);
        return changed;
    }

    /// <summary>
    /// The log was compacted up to <paramref name="index"/>: only the newest at or below it is still needed.
    /// </summary>
    public void CompactTo(ulong index)
    {
        while (_entries.Count > 1 && _entries[1].Index <= index)
        {
            _entries.RemoveAt(0);
        }
    }

    /// <summary>A snapshot took the place of the log.</summary>
    public void Replace(ConfigurationEntry entry)
    {
        _entries.Clear();
        _entries.Add(entry);
    }
}
