using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Sampan.Tidy.Tests.Core;

/// <summary>Collects what the rules find.</summary>
internal sealed class Report
{
    private readonly List<Finding> _findings = [];

    /// <summary>Everything found so far.</summary>
    public IReadOnlyList<Finding> Findings => _findings;

    /// <summary>Reports a node; its symbol is the member or type around it.</summary>
    public void Add(Rule rule, SourceFile file, SyntaxNodeOrToken at, string text, int? measure = null)
    {
        var node = at.AsNode() ?? at.Parent;
        Add(rule.Id, file.Path, SourceFile.LineOf(at), node is null ? string.Empty : SymbolOf(node), text, measure);
    }

    /// <summary>Reports a place that is not a node.</summary>
    public void Add(string rule, string path, int line, string symbol, string text, int? measure = null) =>
        _findings.Add(new Finding(rule, path, line, symbol, text, measure));

    /// <summary>
    /// The name of a declaration with the types around it, or of the nearest declaration around a node.
    /// </summary>
    public static string SymbolOf(SyntaxNode node)
    {
        var names = new List<string>();
        foreach (var ancestor in node.AncestorsAndSelf())
        {
            var name = NameOf(ancestor);
            if (name is not null)
            {
                names.Add(name);
            }
        }

        names.Reverse();
        return string.Join('.', names);
    }

    private static string? NameOf(SyntaxNode node) => node switch
    {
        ConstructorDeclarationSyntax => "new",
        BaseTypeDeclarationSyntax type => type.Identifier.Text,
        DelegateDeclarationSyntax type => type.Identifier.Text,
        MethodDeclarationSyntax method => method.Identifier.Text,
        PropertyDeclarationSyntax property => property.Identifier.Text,
        EventDeclarationSyntax declaration => declaration.Identifier.Text,
        IndexerDeclarationSyntax => "this",
        OperatorDeclarationSyntax declaration => $"operator {declaration.OperatorToken.Text}",
        BaseFieldDeclarationSyntax field => field.Declaration.Variables[0].Identifier.Text,
        LocalFunctionStatementSyntax local => local.Identifier.Text,
        _ => null,
    };
}
