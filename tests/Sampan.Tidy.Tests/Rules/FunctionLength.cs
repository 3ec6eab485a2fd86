using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Sampan.Tidy.Tests.Core;

namespace Sampan.Tidy.Tests.Rules;

/// <summary>
/// A function has at most 70 lines: one screen, seen whole. Attributes are not counted, lambdas are functions.
/// </summary>
internal sealed class FunctionLength : Rule
{
    private const int Limit = 70;

    /// <inheritdoc/>
    public override string Id => "function-length";

    /// <inheritdoc/>
    public override IReadOnlyList<SyntaxKind> Kinds =>
    [
        SyntaxKind.MethodDeclaration, SyntaxKind.ConstructorDeclaration, SyntaxKind.DestructorDeclaration,
        SyntaxKind.OperatorDeclaration, SyntaxKind.ConversionOperatorDeclaration, SyntaxKind.LocalFunctionStatement,
        SyntaxKind.GetAccessorDeclaration, SyntaxKind.SetAccessorDeclaration, SyntaxKind.InitAccessorDeclaration,
        SyntaxKind.AddAccessorDeclaration, SyntaxKind.RemoveAccessorDeclaration,
        SyntaxKind.SimpleLambdaExpression, SyntaxKind.ParenthesizedLambdaExpression,
        SyntaxKind.AnonymousMethodExpression,
    ];

    /// <inheritdoc/>
    public override void Visit(SyntaxNode node, SourceFile file, Report report)
    {
        var lines = SourceFile.LineCount(node) - AttributeLines(node);
        if (lines > Limit)
        {
            report.Add(this, file, node, $"{lines} lines, at most {Limit}", lines);
        }
    }

    private static int AttributeLines(SyntaxNode node) =>
        node is MemberDeclarationSyntax member ? member.AttributeLists.Sum(list => SourceFile.LineCount(list)) : 0;
}
