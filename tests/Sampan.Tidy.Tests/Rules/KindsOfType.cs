using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Sampan.Tidy.Tests.Core;

namespace Sampan.Tidy.Tests.Rules;

/// <summary>
/// Identities and positions are readonly record structs; options are sealed records that validate themselves; a record
/// class never holds a payload, since its equality would compare references and lie; every other class is sealed.
/// </summary>
internal sealed class KindsOfType : Rule
{
    private static readonly string[] _payloads =
        ["ReadOnlyMemory<byte>", "Memory<byte>", "byte[]", "ReadOnlySequence<byte>", "ArraySegment<byte>"];

    /// <inheritdoc/>
    public override string Id => "kinds-of-type";

    /// <inheritdoc/>
    public override IReadOnlyList<SyntaxKind> Kinds =>
    [
        SyntaxKind.StructDeclaration, SyntaxKind.RecordStructDeclaration, SyntaxKind.RecordDeclaration,
        SyntaxKind.ClassDeclaration,
    ];

    /// <inheritdoc/>
    public override bool Covers(SourceFile file) => file.Room is not null;

    /// <inheritdoc/>
    public override void Visit(SyntaxNode node, SourceFile file, Report report)
    {
        var type = (TypeDeclarationSyntax)node;
        if (node.IsKind(SyntaxKind.StructDeclaration) || node.IsKind(SyntaxKind.RecordStructDeclaration))
        {
            JudgeStruct(type, file, report);
        }
        else
        {
            JudgeClass(type, file, report);
        }
    }

    private void JudgeStruct(TypeDeclarationSyntax type, SourceFile file, Report report)
    {
        var isValue = type is RecordDeclarationSyntax && type.Modifiers.Any(SyntaxKind.ReadOnlyKeyword);
        var isOnStack = type.Modifiers.Any(SyntaxKind.RefKeyword);
        if (file.Room is "Model" or "Raft" && PublicApi.IsVisible(type) && !isValue && !isOnStack)
        {
            report.Add(this, file, type, "a public struct here is a readonly record struct");
        }
    }

    private void JudgeClass(TypeDeclarationSyntax type, SourceFile file, Report report)
    {
        var closed = type.Modifiers.Any(SyntaxKind.SealedKeyword) || type.Modifiers.Any(SyntaxKind.StaticKeyword)
            || type.Modifiers.Any(SyntaxKind.AbstractKeyword);
        if (!closed && (!type.Modifiers.Any(SyntaxKind.PartialKeyword) || file.Stem == type.Identifier.Text))
        {
            report.Add(this, file, type, "a class is sealed, static or abstract");
        }

        if (type is RecordDeclarationSyntax && HoldsPayload(type))
        {
            report.Add(this, file, type, "a record class that holds bytes: its equality would lie, make it a class");
        }

        if (type.Identifier.Text.EndsWith("Options", StringComparison.Ordinal) && PublicApi.IsVisible(type))
        {
            var validates = type.Members.OfType<MethodDeclarationSyntax>()
                .Any(method => method.Identifier.Text == "Validate" && method.ParameterList.Parameters.Count == 0);
            if (type is not RecordDeclarationSyntax || !validates)
            {
                report.Add(this, file, type, "options are a sealed record with Validate()");
            }
        }
    }

    private static bool HoldsPayload(TypeDeclarationSyntax type)
    {
        var types = type.Members.OfType<PropertyDeclarationSyntax>().Select(property => property.Type.ToString())
            .Concat(type.Members.OfType<FieldDeclarationSyntax>().Select(field => field.Declaration.Type.ToString()))
            .Concat(type.ParameterList?.Parameters.Select(parameter => parameter.Type!.ToString()) ?? []);
        return types.Any(name => _payloads.Contains(name.TrimEnd('?'), StringComparer.Ordinal));
    }
}
