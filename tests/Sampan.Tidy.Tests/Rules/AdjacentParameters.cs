using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Sampan.Tidy.Tests.Core;

namespace Sampan.Tidy.Tests.Rules;

/// <summary>
/// Two parameters of the same primitive type do not stand side by side in the public API: a caller who swaps them gets
/// no error. Make a type, as <c>IndexRange</c> is one; a record struct of two values is such a type and therefore free.
/// </summary>
internal sealed class AdjacentParameters : Rule
{
    /// <inheritdoc/>
    public override string Id => "adjacent-parameters";

    /// <inheritdoc/>
    public override IReadOnlyList<SyntaxKind> Kinds =>
    [
        SyntaxKind.MethodDeclaration, SyntaxKind.ConstructorDeclaration, SyntaxKind.IndexerDeclaration,
        SyntaxKind.DelegateDeclaration, SyntaxKind.RecordDeclaration, SyntaxKind.RecordStructDeclaration,
        SyntaxKind.ClassDeclaration, SyntaxKind.StructDeclaration,
    ];

    /// <inheritdoc/>
    public override bool Covers(SourceFile file) => file.Room is not null;

    /// <inheritdoc/>
    public override void Visit(SyntaxNode node, SourceFile file, Report report)
    {
        var member = (MemberDeclarationSyntax)node;
        if (!PublicApi.IsVisible(member) || member.Modifiers.Any(SyntaxKind.OverrideKeyword))
        {
            return;
        }

        var parameters = ParametersOf(member);
        if (member.IsKind(SyntaxKind.RecordStructDeclaration) && parameters.Count == 2)
        {
            return;
        }

        for (var i = 1; i < parameters.Count; i++)
        {
            var type = Primitive(parameters[i]);
            if (type is not null && type == Primitive(parameters[i - 1]))
            {
                var (left, right) = (parameters[i - 1].Identifier.Text, parameters[i].Identifier.Text);
                report.Add(this, file, node, $"{left} and {right} are both {type}: make a type");
            }
        }
    }

    private static SeparatedSyntaxList<ParameterSyntax> ParametersOf(MemberDeclarationSyntax member) => member switch
    {
        BaseMethodDeclarationSyntax method => method.ParameterList.Parameters,
        IndexerDeclarationSyntax indexer => indexer.ParameterList.Parameters,
        DelegateDeclarationSyntax declaration => declaration.ParameterList.Parameters,
        TypeDeclarationSyntax { ParameterList: not null } type => type.ParameterList.Parameters,
        _ => default,
    };

    // What the compiler fills in (CallerFilePath and its like) nobody can swap.
    private static string? Primitive(ParameterSyntax parameter)
    {
        var type = parameter.Type is NullableTypeSyntax nullable ? nullable.ElementType : parameter.Type;
        var isFilledIn = parameter.AttributeLists.ToString().Contains("Caller", StringComparison.Ordinal);
        return isFilledIn ? null : (type as PredefinedTypeSyntax)?.Keyword.Text;
    }
}
