using Sampan.Testing;

namespace Sampan.Transport.Tests;

/// <summary>Purpose: nobody fills the log by being refused, and what was left out is told.</summary>
public sealed class ComplaintsTests
{
    private readonly TestHandler _log = new(1, 1);
    private readonly ManualTime _time = new();
    private readonly Complaints _complaints;

    /// <summary>Nothing was told yet.</summary>
    public ComplaintsTests() => _complaints = new Complaints(_time, _log);

    [Fact]
    public void A_sentence_is_told_once_a_minute_and_the_rest_is_counted()
    {
        for (var i = 0; i < 1000; i++)
        {
            _complaints.Intruder("10.0.0.1", "10.0.0.1:5", "no hello of a store");
        }

        Assert.Equal(["intruder: no hello of a store"], Taken());
        _time.Advance(Complaints.Window);
        _complaints.Sum();
        Assert.Equal(["suppressed 10.0.0.1: 999"], Taken());
        _complaints.Intruder("10.0.0.1", "10.0.0.1:5", "no hello of a store");
        Assert.Equal(["intruder: no hello of a store"], Taken());
    }

    [Fact]
    public void Different_sentences_are_few_and_other_addresses_are_told_all_the_same()
    {
        for (var i = 0; i < 100; i++)
        {
            _complaints.Refused("10.0.0.1", "store 7 at 10.0.0.1:5", $"sentence {i}");
        }

        _complaints.Refused("10.0.0.2", "store 8 at 10.0.0.2:5", "another");
        Assert.Equal(
            ["refused: sentence 0", "refused: sentence 1", "refused: sentence 2", "refused: another"], Taken());
    }

    [Fact]
    public void However_many_addresses_there_are_lines_are_few()
    {
        for (var i = 0; i < 10_000; i++)
        {
            _complaints.Intruder($"10.0.{i / 256}.{i % 256}", "somewhere", "no hello of a store");
        }

        Assert.Equal(Complaints.OriginsMax + 1, Taken().Length);
        _time.Advance(Complaints.Window);
        _complaints.Sum();
        Assert.Equal([$"suppressed other addresses: {10_000 - Complaints.OriginsMax - 1}"], Taken());
    }

    private string[] Taken()
    {
        string[] said = [.. _log.Said];
        while (_log.Said.TryTake(out _))
        {
        }

        return said;
    }
}
