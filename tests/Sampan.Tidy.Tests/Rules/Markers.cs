using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Sampan.Tidy.Tests.Core;

namespace Sampan.Tidy.Tests.Rules;

/// <summary>
/// No promise of later work without an issue to keep it; no regions; no pragma without a reason; no jumps.
/// </summary>
internal sealed partial class Markers : Rule
{
    /// <inheritdoc/>
    public override string Id => "markers";

    /// <inheritdoc/>
    public override void Visit(SyntaxNode node, SourceFile file, Report report)
    {
        foreach (var trivia in node.DescendantTrivia(descendIntoTrivia: false))
        {
            var broken = trivia.Kind() switch
            {
                SyntaxKind.SingleLineCommentTrivia or SyntaxKind.MultiLineCommentTrivia => InComment(trivia.ToString()),
                SyntaxKind.RegionDirectiveTrivia => "#region: a file that needs chapters is two files",
                SyntaxKind.PragmaWarningDirectiveTrivia => InPragma(trivia, file),
                _ => null,
            };
            if (broken is not null)
            {
                report.Add(this, file, trivia.Token, broken);
            }
        }

        foreach (var jump in node.DescendantNodes().OfType<GotoStatementSyntax>())
        {
            report.Add(this, file, jump, "goto");
        }
    }

    private static string? InComment(string comment)
    {
        if (comment.Contains("FIXME", StringComparison.Ordinal))
        {
            return "FIXME: fix it before it is merged";
        }

        return Promise().IsMatch(comment) ? "a TODO without an issue: write TODO(#12)" : null;
    }

    private static string? InPragma(SyntaxTrivia trivia, SourceFile file)
    {
        var line = trivia.SyntaxTree!.GetLineSpan(trivia.Span).StartLinePosition.Line + 1;
        var isRestore = trivia.ToString().Contains("restore", StringComparison.Ordinal);
        return isRestore || file.IsExplained(line) ? null : "a pragma without a reason beside or above it";
    }

    [GeneratedRegex(@"\bTODO\b(?!\(#\d+\))", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Promise();
}
