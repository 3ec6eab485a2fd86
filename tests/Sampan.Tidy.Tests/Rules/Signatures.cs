using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Sampan.Tidy.Tests.Core;

namespace Sampan.Tidy.Tests.Rules;

/// <summary>
/// No <c>dynamic</c>, no parameter of type <c>object</c>, at most one <c>out</c>; overrides are free.
/// </summary>
internal sealed class Signatures : Rule
{
    /// <inheritdoc/>
    public override string Id => "signatures";

    /// <inheritdoc/>
    public override IReadOnlyList<SyntaxKind> Kinds =>
        [SyntaxKind.ParameterList, SyntaxKind.BracketedParameterList, SyntaxKind.IdentifierName];

    /// <inheritdoc/>
    public override bool Covers(SourceFile file) => file.Room is not null;

    /// <inheritdoc/>
    public override void Visit(SyntaxNode node, SourceFile file, Report report)
    {
        if (node is IdentifierNameSyntax name)
        {
            var isType = name.Parent is ParameterSyntax or VariableDeclarationSyntax or MethodDeclarationSyntax
                or PropertyDeclarationSyntax or CastExpressionSyntax or TypeArgumentListSyntax;
            if (isType && name.Identifier.Text == "dynamic")
            {
                report.Add(this, file, node, "dynamic");
            }
        }
        else if (!IsImposed(node.Parent))
        {
            Judge((BaseParameterListSyntax)node, file, report);
        }
    }

    private void Judge(BaseParameterListSyntax list, SourceFile file, Report report)
    {
        var outs = list.Parameters.Count(parameter => parameter.Modifiers.Any(SyntaxKind.OutKeyword));
        if (outs > 1)
        {
            report.Add(this, file, list, $"{outs} out parameters: return a value type");
        }

        foreach (var parameter in list.Parameters)
        {
            var type = parameter.Type is NullableTypeSyntax nullable ? nullable.ElementType : parameter.Type;
            if (type is PredefinedTypeSyntax { Keyword.Text: "object" })
            {
                report.Add(this, file, parameter, $"{parameter.Identifier.Text} is an object: name its type");
            }
        }
    }

    // Somebody else wrote the signature: a base class, or an interface that is named.
    private static bool IsImposed(SyntaxNode? owner) =>
        owner is LambdaExpressionSyntax
        || (owner is MemberDeclarationSyntax member && member.Modifiers.Any(SyntaxKind.OverrideKeyword))
        || owner is MethodDeclarationSyntax { ExplicitInterfaceSpecifier: not null };
}
