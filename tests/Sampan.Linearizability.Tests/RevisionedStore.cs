using Sampan.Linearizability.Models;

namespace Sampan.Linearizability.Tests;

/// <summary>
/// A store with revisions that does what it should: value and revision of each key, the whole immutable.
/// </summary>
internal sealed class RevisionedStore
{
    private readonly Dictionary<string, (string Value, long ModRevision)> _keys;

    private RevisionedStore(Dictionary<string, (string Value, long ModRevision)> keys, long revision)
    {
        _keys = keys;
        Revision = revision;
    }

    /// <summary>The store at its start.</summary>
    public static RevisionedStore Empty { get; } = new([], 0);

    /// <summary>The revision of the last change.</summary>
    public long Revision { get; }

    /// <summary>The store after an operation, and its answer.</summary>
    public (RevisionedStore State, RevisionedOutput Output) Apply(RevisionedInput input)
    {
        var isThere = _keys.TryGetValue(input.Key, out var found);
        var hasChanged = input.Action switch
        {
            RevisionedAction.Put => true,
            RevisionedAction.Delete => isThere,
            RevisionedAction.CompareAndPut => found.ModRevision == input.ExpectedRevision,
            _ => false,
        };
        if (!hasChanged)
        {
            var isRead = input.Action == RevisionedAction.Get;
            return (this, new RevisionedOutput
            {
                Revision = Revision,
                Value = isRead ? found.Value : null,
                ModRevision = isRead ? found.ModRevision : 0,
            });
        }

        var keys = new Dictionary<string, (string Value, long ModRevision)>(_keys);
        if (input.Action == RevisionedAction.Delete)
        {
            keys.Remove(input.Key);
        }
        else
        {
            keys[input.Key] = (input.Value!, Revision + 1);
        }

        return (new RevisionedStore(keys, Revision + 1),
            new RevisionedOutput { Revision = Revision + 1, HasChanged = true });
    }
}
