using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Sampan.Tidy.Tests.Core;

namespace Sampan.Tidy.Tests.Rules;

/// <summary>
/// A pure room does not walk a hash table keyed by strings: their hashes, and so the order, differ from process to
/// process. Seen where the table is declared in the same file.
/// </summary>
internal sealed class StringKeyedIteration : Rule
{
    private static readonly HashSet<string> _walks = new(StringComparer.Ordinal)
    {
        "Select", "SelectMany", "Where", "ToArray", "ToList", "First", "FirstOrDefault", "Last", "Aggregate", "Take",
        "Skip", "CopyTo", "Cast", "Zip", "GetEnumerator",
    };

    /// <inheritdoc/>
    public override string Id => "string-keyed-iteration";

    /// <inheritdoc/>
    public override bool Covers(SourceFile file) => Rooms.IsPure(file);

    /// <inheritdoc/>
    public override void Visit(SyntaxNode node, SourceFile file, Report report)
    {
        var tables = Tables(node);
        if (tables.Count == 0)
        {
            return;
        }

        foreach (var loop in node.DescendantNodes().OfType<CommonForEachStatementSyntax>())
        {
            Judge(loop.Expression, file, report, tables);
        }

        foreach (var call in node.DescendantNodes().OfType<InvocationExpressionSyntax>())
        {
            if (call.Expression is MemberAccessExpressionSyntax access && _walks.Contains(access.Name.Identifier.Text))
            {
                Judge(access.Expression, file, report, tables);
            }
        }

        foreach (var spread in node.DescendantNodes().OfType<SpreadElementSyntax>())
        {
            Judge(spread.Expression, file, report, tables);
        }
    }

    private void Judge(ExpressionSyntax walked, SourceFile file, Report report, HashSet<string> tables)
    {
        if (walked is MemberAccessExpressionSyntax { Name.Identifier.Text: "Keys" or "Values" } part)
        {
            walked = part.Expression;
        }

        var name = walked switch
        {
            IdentifierNameSyntax identifier => identifier.Identifier.Text,
            MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax } member => member.Name.Identifier.Text,
            _ => null,
        };
        if (name is not null && tables.Contains(name))
        {
            report.Add(this, file, walked, $"{name} is hashed by strings: sort first, its order differs between runs");
        }
    }

    private static HashSet<string> Tables(SyntaxNode root)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in root.DescendantNodes())
        {
            switch (node)
            {
                case VariableDeclarationSyntax declaration:
                    names.UnionWith(declaration.Variables
                        .Where(variable => IsTable(declaration.Type) || IsTable(Created(variable)))
                        .Select(variable => variable.Identifier.Text));
                    break;
                case ParameterSyntax parameter when IsTable(parameter.Type):
                    names.Add(parameter.Identifier.Text);
                    break;
                case PropertyDeclarationSyntax property when IsTable(property.Type):
                    names.Add(property.Identifier.Text);
                    break;
            }
        }

        return names;
    }

    private static TypeSyntax? Created(VariableDeclaratorSyntax variable) =>
        (variable.Initializer?.Value as ObjectCreationExpressionSyntax)?.Type;

    private static bool IsTable(TypeSyntax? type)
    {
        type = type is NullableTypeSyntax nullable ? nullable.ElementType : type;
        return type is GenericNameSyntax generic
            && generic.Identifier.Text is "Dictionary" or "HashSet" or "IDictionary" or "IReadOnlyDictionary" or "ISet"
                or "IReadOnlySet"
            && generic.TypeArgumentList.Arguments[0] is PredefinedTypeSyntax { Keyword.Text: "string" };
    }
}
