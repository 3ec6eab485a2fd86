using System.Globalization;
using Sampan.Storage.Tests.Log;
using Sampan.Storage.Tests.Snapshots;

namespace Sampan.Storage.Tests;

/// <summary>Purpose: every numbered row of the start matrix in docs/disk-format.md is a test.</summary>
public sealed class StartMatrixRowsTests
{
    [Fact]
    public void Rows_of_log_and_snapshots_are_tests()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "docs", "disk-format.md")))
        {
            root = Path.GetDirectoryName(root) ?? throw new DirectoryNotFoundException("docs/disk-format.md");
        }

        var rows = File.ReadLines(Path.Combine(root, "docs", "disk-format.md"))
            .Where(line => line.StartsWith('|'))
            .Select(line => line.Split('|')[1].Trim())
            .Where(cell => cell.StartsWith("row ", StringComparison.Ordinal))
            .Select(cell => int.Parse(cell.AsSpan(4), CultureInfo.InvariantCulture))
            .ToList();
        Assert.Equal(Enumerable.Range(1, rows.Count), rows);
        var tests = ((Type[])[typeof(LogStartMatrixSuite), typeof(StartMatrixSuite)])
            .SelectMany(type => type.GetMethods())
            .Where(method => method.Name.StartsWith("Row_", StringComparison.Ordinal))
            .Select(method => int.Parse(method.Name.AsSpan(4, 2), CultureInfo.InvariantCulture))
            .ToHashSet();
        // Those of whole replicas are tests of Sampan.Store.
        Assert.Equal(rows.Where(row => row <= 21), tests.Order());
    }
}
