using Sampan.Base;
using Sampan.Model;

namespace Sampan.Storage.Snapshots;

/// <summary>
/// A complete snapshot on disk, and how many read it. Readers come and go on any thread; whoever leaves last after it
/// was doomed deletes it, and so does the one who dooms it where nobody reads.
/// </summary>
/// <remarks>
/// <para>Invariant: _state is the number of readers, plus <see cref="Doomed"/> once it is to be deleted, or exactly
/// <see cref="Gone"/>. It is deleted by the one thread that moves it from "doomed, no readers" to gone.</para>
/// <para>1. Enter adds a reader unless doomed or gone: afterwards the files stay. 2. Doom forbids new readers. 3. Leave
/// and Doom both try the step to gone; only one can make it, and only without readers.</para>
/// </remarks>
internal sealed class StoredSnapshot
{
    private const int Doomed = 1 << 30;
    private const int Gone = -1;

    private int _state;

    /// <summary>A snapshot in a directory that is complete and durable.</summary>
    public StoredSnapshot(string path, SnapshotName name, SnapshotMeta meta)
    {
        Path = path;
        Name = name;
        Meta = meta;
    }

    /// <summary>Its directory.</summary>
    public string Path { get; }

    /// <summary>The directory's name.</summary>
    public SnapshotName Name { get; }

    /// <summary>What it is a snapshot of.</summary>
    public SnapshotMeta Meta { get; }

    /// <summary>Takes part as a reader; false if it is to be deleted.</summary>
    public bool TryEnter()
    {
        var state = Volatile.Read(ref _state);
        while (state is >= 0 and < Doomed)
        {
            var seen = Interlocked.CompareExchange(ref _state, state + 1, state);
            if (seen == state)
            {
                return true;
            }

            state = seen;
        }

        return false;
    }

    /// <summary>Ends a reader; true if the caller must delete the directory now.</summary>
    public bool Leave()
    {
        var left = Interlocked.Decrement(ref _state);
        Invariant.Holds(left >= 0);
        return left == Doomed && TryGo();
    }

    /// <summary>No reader may come any more; true if the caller must delete the directory now.</summary>
    public bool Doom()
    {
        var state = Interlocked.Or(ref _state, Doomed);
        Invariant.Holds(state is >= 0 and < Doomed);
        return state == 0 && TryGo();
    }

    private bool TryGo() => Interlocked.CompareExchange(ref _state, Gone, Doomed) == Doomed;
}
