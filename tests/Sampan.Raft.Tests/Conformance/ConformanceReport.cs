using System.Globalization;
using System.Text;

namespace Sampan.Raft.Tests.Conformance;

/// <summary>Collects what each file came to and writes it down when all have run.</summary>
public abstract class ConformanceReport : IDisposable
{
    private readonly SortedDictionary<string, string> _lines = new(StringComparer.Ordinal);
    private readonly string _name;

    /// <summary>A report that is written to artifacts/conformance under this name.</summary>
    protected ConformanceReport(string name) => _name = name;

    /// <summary>Notes the outcome of one file.</summary>
    public void Add(string file, string outcome) => _lines[file] = outcome;

    /// <inheritdoc/>
    public void Dispose()
    {
        var text = new StringBuilder();
        foreach (var (file, outcome) in _lines)
        {
            text.Append(CultureInfo.InvariantCulture, $"{file}: {outcome}\n");
        }

        foreach (var verdicts in _lines.Values.GroupBy(outcome => outcome.Split(':', ',')[0], StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"{verdicts.Count()} files {verdicts.Key}\n");
        }

        File.WriteAllText(ConformanceFolder.ReportPath(_name), text.ToString());
        GC.SuppressFinalize(this);
    }
}
