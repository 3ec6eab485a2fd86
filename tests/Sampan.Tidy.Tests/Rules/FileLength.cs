using Microsoft.CodeAnalysis;
using Sampan.Tidy.Tests.Core;

namespace Sampan.Tidy.Tests.Rules;

/// <summary>A file has at most 600 lines: above that every code base we looked at hides a second duty.</summary>
internal sealed class FileLength : Rule
{
    private const int Limit = 600;

    /// <inheritdoc/>
    public override string Id => "file-length";

    /// <inheritdoc/>
    public override void Visit(SyntaxNode node, SourceFile file, Report report)
    {
        var lines = file.Lines.Count - (file.Lines[^1].Length == 0 ? 1 : 0);
        if (lines > Limit)
        {
            report.Add(Id, file.Path, 0, string.Empty, $"{lines} lines, at most {Limit}", lines);
        }
    }
}
