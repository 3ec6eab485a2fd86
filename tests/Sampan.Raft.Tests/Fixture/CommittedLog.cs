using Sampan.Model;

namespace Sampan.Raft.Tests.Fixture;

/// <summary>What was ever committed in a group, by any replica's account; it only grows.</summary>
internal sealed class CommittedLog
{
    private readonly Dictionary<ulong, (Entry Entry, ulong InTerm)> _entries = [];

    /// <summary>The highest committed index.</summary>
    public ulong LastIndex { get; private set; }

    /// <summary>Finds a committed entry.</summary>
    public Entry? Find(ulong index) => _entries.TryGetValue(index, out var found) ? found.Entry : null;

    /// <summary>A term no lower than the one in which the entry was committed; 0 where it is not known.</summary>
    public ulong CommittedInTerm(ulong index) => _entries.TryGetValue(index, out var found) ? found.InTerm : 0;

    /// <summary>Adds an entry that a replica in <paramref name="term"/> calls committed.</summary>
    public void Add(Entry entry, ulong term)
    {
        _entries.Add(entry.Index, (entry, term));
        LastIndex = Math.Max(LastIndex, entry.Index);
    }

    /// <summary>The newest configuration at or below an index, if its entry is known.</summary>
    public ConfigurationEntry? ConfigurationAt(ulong index)
    {
        for (var i = index; i > 0; i--)
        {
            if (Find(i) is not { } entry)
            {
                return null;
            }

            if (entry.Kind == EntryKind.Configuration
                && ConfigurationCodec.TryDecode(entry.Payload.Span, out var configuration))
            {
                return new ConfigurationEntry(i, configuration);
            }
        }

        return null;
    }
}
