using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Sampan.Base;
using Sampan.Io;
using Sampan.MultiRaft.Abstractions;
using Sampan.Storage.Log;
using Sampan.Testing.Files;

namespace Sampan.Storage.Tests.Log;

/// <summary>
/// Valid batches of several groups, written by the log itself, then damaged. SAMPAN_FUZZ sets how many of each.
/// </summary>
public sealed class LogFuzzTests
{
    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(
        int.TryParse(Environment.GetEnvironmentVariable("SAMPAN_FUZZ"), CultureInfo.InvariantCulture, out var count)
            ? count
            : 300);

    /// <summary>
    /// One wound: refused, or all is there, or what is lost is the last batch and nobody had marked it.
    /// </summary>
    [Fact]
    public void A_log_with_one_wound_is_refused_or_says_the_truth() =>
        Prop.ForAll(Seeds(), seed =>
        {
            var prng = new Prng((ulong)seed);
            var (disk, states, isMarked) = Written(prng);
            var wound = LogWound.Draw(prng, disk);
            wound.Strike(disk, prng);
            var found = TryDescribe(disk);
            Assert.True(
                found is null || found == states[^1] || (!isMarked && found == states[^2]),
                $"{wound}: {found}");
            return true;
        }).Check(Many);

    /// <summary>Several: refused, or what is found is what was there after some batch, never anything else.</summary>
    [Fact]
    public void A_log_with_several_wounds_invents_nothing() =>
        Prop.ForAll(Seeds(), seed =>
        {
            var prng = new Prng((ulong)seed);
            var (disk, states, _) = Written(prng);
            for (var wounds = prng.NextBetween(2, 6); wounds > 0; wounds--)
            {
                LogWound.Draw(prng, disk).Strike(disk, prng);
            }

            var found = TryDescribe(disk);
            Assert.True(found is null || states.Contains(found), found);
            return true;
        }).Check(Many);

    /// <summary>
    /// Several lives on one disk, each ended by the power or a kill wherever it was, in the start too: nothing that was
    /// acknowledged is missing, and no start is refused.
    /// </summary>
    [Fact]
    public void Lives_that_end_anywhere_lose_nothing() =>
        Prop.ForAll(Seeds(), seed =>
        {
            var prng = new Prng((ulong)seed);
            LogLives.Run(prng, lives: prng.NextBetween(3, 20));
            return true;
        }).Check(Many);

    /// <summary>A batch's body is taken whole; cut at any place it is refused.</summary>
    [Fact]
    public void A_body_that_was_cut_is_refused() =>
        Prop.ForAll(Seeds(), seed =>
        {
            var (header, body) = Encoded(new Prng((ulong)seed));
            Assert.Null(Take(header, body));
            for (var length = 0; length < body.Length; length++)
            {
                Assert.NotNull(Take(header, body[..length]));
            }

            return true;
        }).Check(Many.WithMaxTest(40));

    /// <summary>Whatever is done to a body, the decoder says yes or no, and allocates in proportion.</summary>
    [Fact]
    public void A_body_that_was_changed_is_taken_or_refused() =>
        Prop.ForAll(Seeds(), seed =>
        {
            var prng = new Prng((ulong)seed * 31);
            var (header, body) = Encoded(prng);
            for (var changes = prng.NextBetween(1, 5); changes > 0; changes--)
            {
                body[prng.NextBelow(body.Length)] = (byte)prng.NextBelow(256);
            }

            var length = prng.Chance(1, 3) ? prng.NextBelow(body.Length + 1) : body.Length;
            var before = GC.GetAllocatedBytesForCurrentThread();
            Take(header, body[..length]);
            return GC.GetAllocatedBytesForCurrentThread() - before < (6L * body.Length) + (256 * 1024);
        }).Check(Many);

    private static Arbitrary<int> Seeds() => Gen.Choose(1, int.MaxValue).ToArbitrary();

    private static (SimulatedFileSystem Disk, List<string> States, bool IsMarked) Written(Prng prng)
    {
        var disk = LogScripts.Disk(prng.Next());
        var model = new LogModel();
        var states = new List<string> { model.Describe() };
        using var log = LogScripts.Open(disk);
        for (var batches = prng.NextBetween(1, 30); batches > 0; batches--)
        {
            var batch = LogScripts.Draw(prng, model);
            log.Append(batch);
            model.Take(batch);
            states.Add(model.Describe());
        }

        var isMarked = prng.Chance(1, 2);
        if (isMarked)
        {
            log.MarkIdle();
        }

        return (disk, states, isMarked);
    }

    private static (BlockHeader Header, byte[] Body) Encoded(Prng prng)
    {
        var model = new LogModel();
        var buffer = new BatchBuffer(LogScripts.Options.Owner);
        for (var batches = prng.NextBetween(1, 6); batches > 0; batches--)
        {
            var batch = LogScripts.Draw(prng, model);
            batch.Tasks.ForEach(buffer.Add);
            batch.Records.ForEach(buffer.Add);
            model.Take(batch);
        }

        var body = buffer.Body.ToArray();
        return (new BlockHeader(HeaderKind.Batch, 1, 2, 1, body.Length, buffer.Records, BodyCrc: 0), body);
    }

    private static string? Take(BlockHeader header, byte[] body) =>
        new LogReplay(LogScripts.Options.Owner).Take(header, body);

    private static string? TryDescribe(SimulatedFileSystem disk)
    {
        try
        {
            return LogScripts.Describe(disk);
        }
        catch (StorageDamagedException)
        {
            return null;
        }
    }
}
