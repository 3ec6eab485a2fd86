using System.Diagnostics;
using Sampan.Storage.Log;
using Xunit.Abstractions;

namespace Sampan.Storage.Tests.Log;

/// <summary>Purpose: what a change of a group's index costs, and that older views stay what they were.</summary>
public sealed class EntryIndexTests(ITestOutputHelper output)
{
    // 64 bytes an entry: the smallest there are, so the most of them in a step of forwarding.
    private const int StepEntries = 256 * 1024 / 64;
    private const ulong LiveEntries = 1_000_000;

    /// <summary>
    /// A step of forwarding costs what it moves, and one list of chunks, whatever else the group holds. Prints what it
    /// took: 262 MiB and 240 to 600 ms where each entry was moved by itself.
    /// </summary>
    [Fact]
    public void A_step_of_forwarding_is_relocated_at_once()
    {
        var index = Filled();
        MovedEntry[] moved = [.. Enumerable.Range(1, StepEntries).Select(i => Moved((ulong)i))];
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var watch = Stopwatch.StartNew();
        index.Relocate(moved);
        watch.Stop();
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        output.WriteLine(
            $"{StepEntries} of {LiveEntries} entries: {allocated / 1024} KiB, {watch.Elapsed.TotalMilliseconds} ms");
        Assert.InRange(allocated, 1, 256 * 1024);
    }

    [Fact]
    public void What_moved_is_found_there_and_older_views_are_as_they_were()
    {
        var index = Filled();
        index.TruncateFrom(2000);
        index.CompactTo(100);
        var before = index.View;
        // Neighbours, chunks left out, the first and the last one.
        ulong[] indexes = [100, 101, 127, 128, 129, 700, 1999];
        index.Relocate([.. indexes.Select(Moved)]);
        for (var i = 100UL; i < 2000; i++)
        {
            Assert.Equal(At(segment: 1, i), before[i]);
            Assert.Equal(At(indexes.Contains(i) ? 2U : 1U, i), index.View[i]);
        }

        index.Append(At(segment: 3, 2000));
        Assert.Equal(2000UL, before.EndIndex);
        Assert.Equal(At(segment: 3, 2000), index.View[2000]);
    }

    private static EntryIndex Filled()
    {
        var index = new EntryIndex();
        index.Reset(1);
        for (var i = 1UL; i <= LiveEntries; i++)
        {
            index.Append(At(segment: 1, i));
        }

        return index;
    }

    private static MovedEntry Moved(ulong index) => new(index, At(segment: 2, index));

    private static EntryLocation At(uint segment, ulong index) => new(segment, (uint)(index * 64), 56);
}
