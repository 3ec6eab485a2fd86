using System.Globalization;

namespace Sampan.Tidy.Tests.Core;

/// <summary>
/// The two lists of exceptions: <c>eng/allow.txt</c> (rule | subject | reason) and <c>eng/ratchet.txt</c>
/// (rule | subject | number | reason). Both may only shrink: a line that excuses nothing, or a number above the
/// measured one, is itself a finding.
/// </summary>
internal sealed class Exceptions
{
    private readonly Dictionary<(string Rule, string Subject), int?> _lines = [];

    /// <summary>Reads both lists; throws <see cref="FormatException"/> for a line without a reason.</summary>
    public Exceptions(IEnumerable<string> allow, IEnumerable<string> ratchet)
    {
        foreach (var parts in Parse(allow, fields: 3))
        {
            _lines.Add((parts[0], parts[1]), null);
        }

        foreach (var parts in Parse(ratchet, fields: 4))
        {
            _lines.Add((parts[0], parts[1]), int.Parse(parts[2], CultureInfo.InvariantCulture));
        }
    }

    /// <summary>What remains to be fixed for one rule: in the code, or in the lists.</summary>
    public IReadOnlyList<string> Judge(string rule, IEnumerable<Finding> findings)
    {
        var complaints = new List<string>();
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var finding in findings.Where(finding => finding.Rule == rule))
        {
            if (!_lines.TryGetValue((rule, finding.Subject), out var listed))
            {
                complaints.Add(finding.ToString());
                continue;
            }

            used.Add(finding.Subject);
            if (listed is not null && finding.Measure > listed)
            {
                complaints.Add($"{finding} (eng/ratchet.txt allows {listed})");
            }
            else if (listed is not null && finding.Measure < listed)
            {
                complaints.Add($"{finding} (eng/ratchet.txt: lower {listed} to {finding.Measure})");
            }
        }

        complaints.AddRange(_lines.Keys
            .Where(line => line.Rule == rule && !used.Contains(line.Subject))
            .Select(line => $"{rule} | {line.Subject}: the exception excuses nothing, delete its line"));
        complaints.Sort(StringComparer.Ordinal);
        return complaints;
    }

    /// <summary>The rules that the lists name.</summary>
    public IEnumerable<string> Rules() => _lines.Keys.Select(line => line.Rule).Distinct(StringComparer.Ordinal);

    private static IEnumerable<string[]> Parse(IEnumerable<string> lines, int fields)
    {
        foreach (var line in lines.Select(line => line.Trim()))
        {
            if (line.Length == 0 || line.StartsWith('#'))
            {
                continue;
            }

            var parts = line.Split('|', fields).Select(part => part.Trim()).ToArray();
            if (parts.Length != fields || parts.Any(part => part.Length == 0))
            {
                throw new FormatException($"An exception needs {fields} fields, the last one its reason: {line}");
            }

            yield return parts;
        }
    }
}
