using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Sampan.Tidy.Tests.Core;

namespace Sampan.Tidy.Tests.Rules;

/// <summary>
/// A type has at most 1,200 lines over all its parts, at most six parts, and all its fields in the main one, so that
/// one place lists its state. This base collects parts; each rule judges one of the three.
/// </summary>
internal abstract class TypeParts : Rule
{
    private readonly SortedDictionary<string, List<(SourceFile File, TypeDeclarationSyntax Syntax)>> _types =
        new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public override IReadOnlyList<SyntaxKind> Kinds =>
    [
        SyntaxKind.ClassDeclaration, SyntaxKind.StructDeclaration, SyntaxKind.RecordDeclaration,
        SyntaxKind.RecordStructDeclaration, SyntaxKind.InterfaceDeclaration,
    ];

    /// <inheritdoc/>
    public override void Visit(SyntaxNode node, SourceFile file, Report report)
    {
        var type = (TypeDeclarationSyntax)node;
        var names = node.Ancestors().OfType<BaseNamespaceDeclarationSyntax>().Select(space => space.Name.ToString());
        var key = $"{file.Project}:{string.Join('.', names)}.{Report.SymbolOf(node)}`{type.Arity}";
        if (!_types.TryGetValue(key, out var parts))
        {
            _types[key] = parts = [];
        }

        parts.Add((file, type));
    }

    /// <inheritdoc/>
    public override void Finish(Report report)
    {
        foreach (var parts in _types.Values)
        {
            // The part that is named after the type, or the only one.
            var main = parts.Find(part => part.File.Stem == part.Syntax.Identifier.Text);
            Judge(main.File is null ? parts[0] : main, parts, report);
        }
    }

    /// <summary>Judges one type.</summary>
    protected abstract void Judge(
        (SourceFile File, TypeDeclarationSyntax Syntax) main,
        IReadOnlyList<(SourceFile File, TypeDeclarationSyntax Syntax)> parts,
        Report report);
}
