using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Sampan.Tidy.Tests.Core;

namespace Sampan.Tidy.Tests.Rules;

/// <summary>
/// No mutable statics: a hundred stores live in one process when they are simulated. Tables that are arrays are
/// allowed, growing collections are not.
/// </summary>
internal sealed class MutableStatic : Rule
{
    private static readonly string[] _collections =
    [
        "List", "Dictionary", "HashSet", "Queue", "Stack", "SortedDictionary", "SortedSet", "LinkedList",
        "StringBuilder", "ConcurrentDictionary", "ConcurrentQueue", "ConcurrentBag", "PriorityQueue",
    ];

    /// <inheritdoc/>
    public override string Id => "mutable-static";

    /// <inheritdoc/>
    public override IReadOnlyList<SyntaxKind> Kinds => [SyntaxKind.FieldDeclaration, SyntaxKind.PropertyDeclaration];

    /// <inheritdoc/>
    public override bool Covers(SourceFile file) => file.Area == "src";

    /// <inheritdoc/>
    public override void Visit(SyntaxNode node, SourceFile file, Report report)
    {
        var isMutable = node switch
        {
            FieldDeclarationSyntax field when field.Modifiers.Any(SyntaxKind.StaticKeyword) =>
                !field.Modifiers.Any(SyntaxKind.ReadOnlyKeyword) || IsCollection(field.Declaration.Type),
            PropertyDeclarationSyntax property when property.Modifiers.Any(SyntaxKind.StaticKeyword) =>
                IsAutomatic(property) && (HasSetter(property) || IsCollection(property.Type)),
            _ => false,
        };
        if (isMutable)
        {
            report.Add(this, file, node, "mutable static state: pass it to whoever needs it");
        }
    }

    private static bool IsCollection(TypeSyntax type) =>
        _collections.Contains((type as SimpleNameSyntax)?.Identifier.Text, StringComparer.Ordinal);

    private static bool IsAutomatic(PropertyDeclarationSyntax property) =>
        property.AccessorList is { } list
        && list.Accessors.All(accessor => accessor.Body is null && accessor.ExpressionBody is null);

    private static bool HasSetter(PropertyDeclarationSyntax property) =>
        property.AccessorList!.Accessors.Any(accessor => accessor.IsKind(SyntaxKind.SetAccessorDeclaration));
}
