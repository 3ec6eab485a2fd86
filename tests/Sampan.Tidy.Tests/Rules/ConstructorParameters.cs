using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Sampan.Tidy.Tests.Core;

namespace Sampan.Tidy.Tests.Rules;

/// <summary>A constructor takes at most eight parameters: more means two duties. Primary constructors count.</summary>
internal sealed class ConstructorParameters : Rule
{
    private const int Limit = 8;

    /// <inheritdoc/>
    public override string Id => "constructor-parameters";

    /// <inheritdoc/>
    public override IReadOnlyList<SyntaxKind> Kinds =>
    [
        SyntaxKind.ConstructorDeclaration, SyntaxKind.ClassDeclaration, SyntaxKind.StructDeclaration,
        SyntaxKind.RecordDeclaration, SyntaxKind.RecordStructDeclaration,
    ];

    /// <inheritdoc/>
    public override void Visit(SyntaxNode node, SourceFile file, Report report)
    {
        var parameters = node is ConstructorDeclarationSyntax constructor
            ? constructor.ParameterList
            : ((TypeDeclarationSyntax)node).ParameterList;
        var count = parameters?.Parameters.Count ?? 0;
        if (count > Limit)
        {
            report.Add(this, file, node, $"{count} parameters, at most {Limit}", count);
        }
    }
}
