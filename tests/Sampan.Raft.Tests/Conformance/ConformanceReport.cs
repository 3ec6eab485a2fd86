namespace Sampan.Raft.Tests.Conformance;

/// <summary>
/// What came out of the files of one group, collected over a test class and written to <c>artifacts/conformance</c> at
/// its end, so that a run leaves a table behind also where all is well.
/// </summary>
public abstract class ConformanceReport : IDisposable
{
    private readonly string _group;
    private readonly SortedDictionary<string, string> _lines = new(StringComparer.Ordinal);

    /// <summary>A report of one group.</summary>
    protected ConformanceReport(string group) => _group = group;

    /// <summary>Notes the outcome of one file.</summary>
    public void Add(string file, string outcome) => _lines[file] = outcome;

    /// <summary>Writes what was noted.</summary>
    public void Dispose()
    {
        GC.SuppressFinalize(this);
        if (_lines.Count == 0)
        {
            return;
        }

        var folder = Path.Combine(ConformanceFolder.RepositoryRoot, "artifacts", "conformance");
        Directory.CreateDirectory(folder);
        File.WriteAllLines(
            Path.Combine(folder, _group + ".txt"), _lines.Select(line => $"{_group}/{line.Key}: {line.Value}"));
    }
}
