using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Sampan.Tidy.Tests.Core;

namespace Sampan.Tidy.Tests.Rules;

/// <summary>
/// Nothing continues after an invariant was violated: no <c>catch</c> of everything, or of that exception, unless it
/// throws again. The worker thread and the request doors, which end something, are exceptions with a reason.
/// </summary>
internal sealed class CatchAll : Rule
{
    /// <inheritdoc/>
    public override string Id => "catch-all";

    /// <inheritdoc/>
    public override IReadOnlyList<SyntaxKind> Kinds => [SyntaxKind.CatchClause];

    /// <inheritdoc/>
    public override bool Covers(SourceFile file) => file.Area is "src" or "samples";

    /// <inheritdoc/>
    public override void Visit(SyntaxNode node, SourceFile file, Report report)
    {
        var clause = (CatchClauseSyntax)node;
        var caught = clause.Declaration?.Type.ToString() ?? "everything";
        var isBroad = caught is "everything" or "Exception" or "System.Exception" or "InvariantViolationException"
            or "SystemException";
        var throwsAgain = clause.Block.Statements.LastOrDefault() is ThrowStatementSyntax { Expression: null };
        if (isBroad && !throwsAgain)
        {
            report.Add(this, file, node, $"catches {caught}: catch the narrowest type, or throw again");
        }
    }
}
