using Sampan.Model;
using Sampan.Raft.Tests.Fixture;

namespace Sampan.Raft.Tests.Conformance;

/// <summary>
/// Which entry of ours stands for which entry of a CCF log. Ours has two kinds of entries more: the empty one that
/// opens each term (but that of the first term stands for CCF's first configuration), and the one that leaves a joint
/// state. A CCF index is therefore the number of entries up to ours that are not of these kinds, in that node's own
/// log. One of ours may stand for several of CCF: changes that CCF can only commit together are one change here.
/// </summary>
internal sealed class CcfIndexes
{
    private readonly Dictionary<LogId, CcfEntryKind> _kinds = [];
    private readonly Dictionary<LogId, ulong> _weights = [];

    /// <summary>Notes what an entry stands for, and for how many of them.</summary>
    public void Register(LogId id, CcfEntryKind kind, int count = 1)
    {
        _kinds.Add(id, kind);
        _weights.Add(id, (ulong)count);
    }

    /// <summary>Whether CCF has this entry.</summary>
    public bool IsKnown(LogId id) => _kinds.ContainsKey(id);

    /// <summary>The entries of a log that CCF has.</summary>
    public IEnumerable<LogId> EntriesOf(LogImage log) =>
        log.Entries.Select(entry => entry.Id).Where(_kinds.ContainsKey);

    /// <summary>
    /// The CCF index of the last entry of <paramref name="log"/> at or below <paramref name="index"/>.
    /// </summary>
    public ulong ToCcf(LogImage log, ulong index)
    {
        var count = 0UL;
        for (var i = log.FirstIndex; i <= Math.Min(index, log.LastIndex); i++)
        {
            count += _weights.GetValueOrDefault(log.Get(i).Id);
        }

        return count;
    }

    /// <summary>
    /// The CCF index of the last signature at or below our commit index: what CCF would call committed.
    /// </summary>
    public ulong CommittedInCcf(LogImage log, ulong commit)
    {
        for (var i = Math.Min(commit, log.LastIndex); i >= log.FirstIndex; i--)
        {
            if (_kinds.TryGetValue(log.Get(i).Id, out var kind) && kind == CcfEntryKind.Signature)
            {
                return ToCcf(log, i);
            }
        }

        return 0;
    }

    /// <summary>
    /// Our index of the configuration entry at a CCF index; 0 if there is none. The first one is our bootstrap mark,
    /// which our first entry stands for.
    /// </summary>
    public ulong ConfigurationAt(LogImage log, ulong ccfIndex)
    {
        for (var i = log.FirstIndex; i <= log.LastIndex; i++)
        {
            if (_kinds.TryGetValue(log.Get(i).Id, out var kind) && kind == CcfEntryKind.Configuration
                && ToCcf(log, i) == ccfIndex)
            {
                return i;
            }
        }

        return 0;
    }
}
