namespace Sampan.Mvcc.Tests;

/// <summary>The plainest store there can be: every change ever made, in order.</summary>
internal sealed class Twin
{
    private readonly List<(string Key, KeyVersion Version)> _changes = [];

    /// <summary>The newest revision.</summary>
    public long Revision { get; private set; } = 1;

    /// <summary>Puts in the revision after this.</summary>
    public void Put(string key, byte[] value, long lease)
    {
        var old = At(key, Revision + 1);
        _changes.Add((key, new KeyVersion(
            default, value, old?.CreateRevision ?? Revision + 1, Revision + 1, (old?.Version ?? 0) + 1, lease)));
    }

    /// <summary>Deletes in the revision after this.</summary>
    public int Delete(Func<string, bool> isWanted)
    {
        var keys = Range(isWanted, Revision + 1);
        foreach (var (key, _) in keys)
        {
            _changes.Add((key, new KeyVersion(default, default, 0, Revision + 1, 0, 0)));
        }

        return keys.Count;
    }

    /// <summary>The revision is over.</summary>
    public void Commit() => Revision += _changes.Count > 0 && _changes[^1].Version.ModRevision > Revision ? 1 : 0;

    /// <summary>The keys at a revision, in order.</summary>
    public List<(string Key, KeyVersion Version)> Range(Func<string, bool> isWanted, long revision) =>
    [
        .. _changes.Select(change => change.Key).Distinct(StringComparer.Ordinal)
            .Where(isWanted)
            .Order(StringComparer.Ordinal)
            .Select(key => (Key: key, Version: At(key, revision)))
            .Where(pair => pair.Version is not null)
            .Select(pair => (pair.Key, pair.Version.GetValueOrDefault())),
    ];

    private KeyVersion? At(string key, long revision)
    {
        KeyVersion? newest = null;
        foreach (var (changed, version) in _changes)
        {
            if (string.Equals(changed, key, StringComparison.Ordinal) && version.ModRevision <= revision)
            {
                newest = version;
            }
        }

        return newest is { IsTombstone: false } ? newest : null;
    }
}
