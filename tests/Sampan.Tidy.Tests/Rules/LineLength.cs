using Microsoft.CodeAnalysis;
using Sampan.Tidy.Tests.Core;

namespace Sampan.Tidy.Tests.Rules;

/// <summary>A line has at most 120 columns: two files fit side by side.</summary>
internal sealed class LineLength : Rule
{
    private const int Limit = 120;

    /// <inheritdoc/>
    public override string Id => "line-length";

    /// <inheritdoc/>
    public override void Visit(SyntaxNode node, SourceFile file, Report report)
    {
        for (var i = 0; i < file.Lines.Count; i++)
        {
            var length = file.Lines[i].TrimEnd('\r').Length;
            if (length > Limit)
            {
                report.Add(Id, file.Path, i + 1, string.Empty, $"{length} columns, at most {Limit}");
            }
        }
    }
}
