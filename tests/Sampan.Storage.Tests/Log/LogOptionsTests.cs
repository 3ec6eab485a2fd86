using Sampan.Model;
using Sampan.Storage.Log;

namespace Sampan.Storage.Tests.Log;

/// <summary>Options under which an entry could never be written are refused when the store is built.</summary>
public sealed class LogOptionsTests
{
    /// <summary>A sound set.</summary>
    [Fact]
    public void Sound_options_pass() => Sound().Validate();

    /// <summary>Each of these would fail later, in the middle of an append.</summary>
    [Fact]
    public void Options_that_contradict_each_other_are_refused()
    {
        Assert.Throws<ArgumentException>(() => (Sound() with { SegmentBytes = 65537 }).Validate());
        Assert.Throws<ArgumentException>(() => (Sound() with { SegmentBytes = 4096 }).Validate());
        Assert.Throws<ArgumentException>(() => (Sound() with { EntryBytesMax = 16 * 1024 }).Validate());
        Assert.Throws<ArgumentException>(() => (Sound() with { EntryBytesMax = 0 }).Validate());
        Assert.Throws<ArgumentException>(() => (Sound() with { Owner = Incarnation.Unbound }).Validate());
    }

    private static LogOptions Sound() => new()
    {
        SegmentBytes = 64 * 1024,
        EntryBytesMax = 8 * 1024,
        Owner = new Incarnation(1, 2),
    };
}
