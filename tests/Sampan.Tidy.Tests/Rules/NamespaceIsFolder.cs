using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Sampan.Tidy.Tests.Core;

namespace Sampan.Tidy.Tests.Rules;

/// <summary>A namespace is the project and the folders below it, and covers the whole file.</summary>
internal sealed class NamespaceIsFolder : Rule
{
    /// <inheritdoc/>
    public override string Id => "namespace-is-folder";

    /// <inheritdoc/>
    public override IReadOnlyList<SyntaxKind> Kinds =>
        [SyntaxKind.FileScopedNamespaceDeclaration, SyntaxKind.NamespaceDeclaration];

    /// <inheritdoc/>
    public override bool Covers(SourceFile file) => file.Area is "src" or "tests" or "samples" or "bench";

    /// <inheritdoc/>
    public override void Visit(SyntaxNode node, SourceFile file, Report report)
    {
        var declared = ((BaseNamespaceDeclarationSyntax)node).Name.ToString();
        var expected = file.Folder.Length == 0 ? file.Project : $"{file.Project}.{file.Folder}";
        if (declared != expected)
        {
            report.Add(this, file, node, $"namespace {declared} in folder {expected}");
        }
        else if (node is NamespaceDeclarationSyntax)
        {
            report.Add(this, file, node, "a namespace covers the whole file: end it with a semicolon");
        }
    }
}
