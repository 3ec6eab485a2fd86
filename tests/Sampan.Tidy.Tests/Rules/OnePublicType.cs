using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Sampan.Tidy.Tests.Core;

namespace Sampan.Tidy.Tests.Rules;

/// <summary>
/// A file holds one public type and is named after it (a part of a partial type: <c>Type.Concern.cs</c>); a file
/// without public types is named after one of its types. So a type is found by its file name.
/// </summary>
internal sealed class OnePublicType : Rule
{
    /// <inheritdoc/>
    public override string Id => "one-public-type";

    /// <inheritdoc/>
    public override bool Covers(SourceFile file) => file.Area is "src" or "tests" or "samples" or "bench";

    /// <inheritdoc/>
    public override void Visit(SyntaxNode node, SourceFile file, Report report)
    {
        var types = TopLevelTypes((CompilationUnitSyntax)node).ToList();
        var visible = types.Where(type => type.Modifiers.Any(SyntaxKind.PublicKeyword)).ToList();
        foreach (var extra in visible.Skip(1).Where(type => NameOf(type) != NameOf(visible[0])))
        {
            report.Add(this, file, extra, $"a second public type beside {NameOf(visible[0])}: give it a file");
        }

        var candidates = visible.Count > 0 ? visible : types;
        if (candidates.Count > 0 && !candidates.Exists(type => IsNamedAfter(file.Stem, type)))
        {
            report.Add(this, file, candidates[0], $"the file should be called {NameOf(candidates[0])}.cs");
        }
    }

    private static IEnumerable<MemberDeclarationSyntax> TopLevelTypes(CompilationUnitSyntax root) =>
        root.DescendantNodes(node => node is CompilationUnitSyntax or BaseNamespaceDeclarationSyntax)
            .OfType<MemberDeclarationSyntax>()
            .Where(member => member is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax);

    private static bool IsNamedAfter(string stem, MemberDeclarationSyntax type) =>
        stem == NameOf(type)
        || (type.Modifiers.Any(SyntaxKind.PartialKeyword)
            && stem.StartsWith(NameOf(type) + ".", StringComparison.Ordinal));

    private static string NameOf(MemberDeclarationSyntax type) =>
        type is DelegateDeclarationSyntax declaration
            ? declaration.Identifier.Text
            : ((BaseTypeDeclarationSyntax)type).Identifier.Text;
}
