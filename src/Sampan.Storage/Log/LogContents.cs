using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Storage.Log;

/// <summary>
/// A log that was read without changing it: what a start would find, and the entries. Keeps its files open until it is
/// disposed. One thread at a time.
/// </summary>
public sealed class LogContents : IDisposable
{
    private readonly RecoveredLog? _found;

    /// <summary>What a recovery found, which belongs to this from here on.</summary>
    internal LogContents(RecoveredLog? found)
    {
        _found = found;
    }

    /// <summary>The groups, by ascending id.</summary>
    public IReadOnlyList<RecoveredGroup> Groups => _found?.Groups ?? [];

    /// <summary>The newest store-wide records.</summary>
    public IReadOnlyList<StoreRecord> Records => _found?.Table.Records ?? [];

    /// <summary>What was noticed, a torn tail for instance, which the next start will cut.</summary>
    public IReadOnlyList<string> Remarks => _found?.Remarks ?? [];

    /// <summary>The last sound batch; 0 if there is none.</summary>
    public ulong LastBatch => _found?.LastBatch ?? 0;

    /// <summary>What there is where there is no log yet.</summary>
    internal static LogContents Empty => new(found: null);

    /// <summary>
    /// The live entries of a group within a range, ascending. Throws <see cref="StorageDamagedException"/> for one that
    /// is not what was written.
    /// </summary>
    public IReadOnlyList<Entry> ReadEntries(GroupId group, IndexRange range)
    {
        var entries = new List<Entry>();
        if (_found is null || _found.Table.Find(group) is not { } state)
        {
            return entries;
        }

        var view = state.Index.View;
        var end = Math.Min(range.EndIndex, view.EndIndex);
        for (var index = Math.Max(range.FirstIndex, view.FirstIndex); index < end; index++)
        {
            var location = view[index];
            var segment = _found.Segments[(int)(location.Segment - _found.Segments[0].Sequence)];
            var record = new byte[location.LengthBytes];
            var count = segment.File.Read(location.Offset, record);
            entries.Add(segment.Decode(location, group, index, record.AsMemory(0, count)));
        }

        return entries;
    }

    /// <summary>Closes the files.</summary>
    public void Dispose()
    {
        foreach (var segment in _found?.Segments ?? [])
        {
            segment.Dispose();
        }
    }
}
