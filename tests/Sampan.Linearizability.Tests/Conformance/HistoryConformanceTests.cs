using System.Diagnostics;
using Sampan.Base;
using Xunit.Abstractions;

namespace Sampan.Linearizability.Tests.Conformance;

/// <summary>
/// Purpose: every history that other projects recorded and judged gets the same verdict here.
/// </summary>
public sealed class HistoryConformanceTests(HistoryConformanceTests.Report report, ITestOutputHelper output)
    : IClassFixture<HistoryConformanceTests.Report>
{
    /// <summary>The histories of the table of verdicts.</summary>
    public static TheoryData<string> Files() => [.. VerdictRow.ReadAll().Select(row => row.File)];

    [ConformanceTheory]
    [MemberData(nameof(Files))]
    public void Conformance_history_gets_its_verdict(string file)
    {
        var row = VerdictRow.ReadAll().Single(candidate => candidate.File == file);
        var events = RecordedEvent.ReadFile(Path.Combine(ConformanceFolder.Histories!, file));
        var start = Stopwatch.GetTimestamp();
        var isGood = ConformanceJudge.IsGood(row, events);
        var took = Stopwatch.GetElapsedTime(start);
        var outcome = $"{(isGood ? "good" : "bad")}, {events.Count} events, {took.TotalMilliseconds:F0} ms";
        output.WriteLine($"{file}: {outcome}");
        report.Add(file, outcome, isGood == row.IsGood);
        Assert.NotEmpty(events);
        Assert.Equal(row.IsGood, isGood);
    }

    /// <summary>Good histories of single objects.</summary>
    public static TheoryData<string> GoodFiles() =>
    [
        .. VerdictRow.ReadAll()
            .Where(row => row is { IsGood: true, Model: "etcd-register" or "cas-register" or "kv" })
            .Select(row => row.File),
    ];

    [ConformanceTheory]
    [MemberData(nameof(GoodFiles))]
    public void Conformance_good_history_with_a_made_up_read_is_bad(string file)
    {
        var row = VerdictRow.ReadAll().Single(candidate => candidate.File == file);
        var events = RecordedEvent.ReadFile(Path.Combine(ConformanceFolder.Histories!, file));
        var reads = Enumerable.Range(0, events.Count)
            .Where(i => events[i] is { Type: "ok", Function: "read" or "get", Value.IsNil: false })
            .ToList();
        var prng = new Prng((ulong)events.Count);
        for (var i = 0; i < FuzzCount.Or(1) && reads.Count > 0; i++)
        {
            var changed = events.ToArray();
            var read = reads[prng.NextBelow(reads.Count)];
            changed[read] = changed[read] with { Value = EdnValue.Atom(EdnKind.Atom, "987654321") };
            Assert.False(ConformanceJudge.IsGood(row, changed), $"{file}, event {read}");
        }
    }

    /// <summary>
    /// What came out, written to <c>artifacts/conformance</c> with the total at the end, so that a run leaves a table
    /// behind also where all is well.
    /// </summary>
    public sealed class Report : IDisposable
    {
        private readonly SortedDictionary<string, string> _lines = new(StringComparer.Ordinal);
        private int _reproduced;

        /// <summary>Notes the outcome of one file.</summary>
        public void Add(string file, string outcome, bool isReproduced)
        {
            _lines[file] = outcome;
            _reproduced += isReproduced ? 1 : 0;
        }

        /// <summary>Writes what was noted.</summary>
        public void Dispose()
        {
            if (_lines.Count == 0)
            {
                return;
            }

            var total = $"linearizability: {_reproduced} of {_lines.Count} verdicts reproduced";
            Console.WriteLine(total);
            var folder = Path.Combine(ConformanceFolder.RepositoryRoot, "artifacts", "conformance");
            Directory.CreateDirectory(folder);
            File.WriteAllLines(
                Path.Combine(folder, "linearizability.txt"),
                [.. _lines.Select(line => $"{line.Key}: {line.Value}"), total]);
        }
    }
}
