using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Sampan.Tidy.Tests.Core;

namespace Sampan.Tidy.Tests.Rules;

/// <summary>The compiler is overruled about null only with a comment that says why it is wrong.</summary>
internal sealed class NullForgiving : Rule
{
    /// <inheritdoc/>
    public override string Id => "null-forgiving";

    /// <inheritdoc/>
    public override IReadOnlyList<SyntaxKind> Kinds => [SyntaxKind.SuppressNullableWarningExpression];

    /// <inheritdoc/>
    public override bool Covers(SourceFile file) => file.Area is "src" or "samples";

    /// <inheritdoc/>
    public override void Visit(SyntaxNode node, SourceFile file, Report report)
    {
        if (!file.IsExplained(SourceFile.LineOf(node)))
        {
            report.Add(this, file, node, "an exclamation mark without a comment beside or above it");
        }
    }
}
