using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Sampan.Tidy.Tests.Core;

/// <summary>
/// One rule of style over C# syntax. It names the kinds of node it wants, so that each file is walked once for all
/// rules. An instance serves one run and may collect over files what it judges in <see cref="Finish"/>.
/// </summary>
internal abstract class Rule
{
    /// <summary>Its id in reports and exception lists.</summary>
    public abstract string Id { get; }

    /// <summary>The kinds of node that <see cref="Visit"/> gets.</summary>
    public virtual IReadOnlyList<SyntaxKind> Kinds => [SyntaxKind.CompilationUnit];

    /// <summary>Whether the rule speaks about this file at all.</summary>
    public virtual bool Covers(SourceFile file) => true;

    /// <summary>Judges one node, or remembers it.</summary>
    public abstract void Visit(SyntaxNode node, SourceFile file, Report report);

    /// <summary>Judges what needs all files.</summary>
    public virtual void Finish(Report report)
    {
    }
}
