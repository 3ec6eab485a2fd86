using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Sampan.Tidy.Tests.Core;
using Sampan.Tidy.Tests.Rules;

namespace Sampan.Tidy.Tests.Surface;

/// <summary>
/// What users of a room can see, as sorted text: a change of the public API is a line in a diff, made on purpose or not
/// made. From syntax, so that it needs no build; what the compiler adds to records is not shown.
/// </summary>
internal static class ApiText
{
    private static readonly string[] _everybodyHas = ["ToString", "GetHashCode", "Equals"];

    private static readonly SyntaxKind[] _droppedModifiers =
    [
        SyntaxKind.PublicKeyword, SyntaxKind.PartialKeyword, SyntaxKind.AsyncKeyword, SyntaxKind.UnsafeKeyword,
        SyntaxKind.ExternKeyword, SyntaxKind.NewKeyword,
    ];

    /// <summary>The API of the files of one room.</summary>
    public static string Of(IEnumerable<SourceFile> files)
    {
        var types = new SortedDictionary<string, ApiType>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            foreach (var member in file.Root.DescendantNodes().OfType<MemberDeclarationSyntax>())
            {
                if (member is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax && PublicApi.IsVisible(member))
                {
                    Add(member, types);
                }
            }
        }

        var text = new StringBuilder();
        foreach (var (name, type) in types)
        {
            type.Write(name, text);
        }

        return text.ToString();
    }

    private static void Add(MemberDeclarationSyntax declaration, SortedDictionary<string, ApiType> types)
    {
        var name = FullName(declaration);
        if (!types.TryGetValue(name, out var type))
        {
            types[name] = type = new ApiType();
        }

        type.Modifiers.UnionWith(Kept(declaration.Modifiers));
        switch (declaration)
        {
            case TypeDeclarationSyntax syntax:
                type.Keyword = syntax is RecordDeclarationSyntax { ClassOrStructKeyword.RawKind: not 0 } record
                    ? $"{syntax.Keyword.Text} {record.ClassOrStructKeyword.Text}"
                    : syntax.Keyword.Text;
                type.Parameters ??= syntax.ParameterList is null ? null : Parameters(syntax.ParameterList);
                type.Bases.UnionWith(syntax.BaseList?.Types.Select(one => Flat(one.Type)) ?? []);
                type.Constraints += string.Concat(syntax.ConstraintClauses.Select(clause => " " + Flat(clause)));
                type.Members.AddRange(syntax.Members.Where(PublicApi.IsVisible).SelectMany(Lines));
                break;
            case EnumDeclarationSyntax syntax:
                type.Keyword = "enum";
                type.Bases.UnionWith(syntax.BaseList?.Types.Select(one => Flat(one.Type)) ?? []);
                type.Members.AddRange(syntax.Members.Select(member => member.EqualsValue is null
                    ? member.Identifier.Text
                    : $"{member.Identifier.Text} {Flat(member.EqualsValue)}"));
                break;
            case DelegateDeclarationSyntax syntax:
                type.Keyword = $"delegate {Flat(syntax.ReturnType)}";
                type.Parameters = Parameters(syntax.ParameterList);
                break;
        }
    }

    private static IEnumerable<string> Lines(MemberDeclarationSyntax member)
    {
        var modifiers = string.Concat(Kept(member.Modifiers).Select(word => word + " "));
        return member switch
        {
            MethodDeclarationSyntax method when _everybodyHas.Contains(method.Identifier.Text) => [],
            FieldDeclarationSyntax field => field.Declaration.Variables.Select(variable =>
                $"{modifiers}{Flat(field.Declaration.Type)} {variable.Identifier.Text}"
                + (field.Modifiers.Any(SyntaxKind.ConstKeyword) ? $" {Flat(variable.Initializer!)}" : string.Empty)),
            PropertyDeclarationSyntax property =>
                [$"{modifiers}{Flat(property.Type)} {property.Identifier.Text} {Accessors(property)}"],
            IndexerDeclarationSyntax indexer =>
                [$"{modifiers}{Flat(indexer.Type)} this{Parameters(indexer.ParameterList)} {Accessors(indexer)}"],
            MethodDeclarationSyntax method =>
                [
                    $"{modifiers}{Flat(method.ReturnType)} {method.Identifier.Text}{method.TypeParameterList}"
                    + Parameters(method.ParameterList)
                    + string.Concat(method.ConstraintClauses.Select(clause => " " + Flat(clause))),
                ],
            ConstructorDeclarationSyntax constructor => [$"{modifiers}new{Parameters(constructor.ParameterList)}"],
            OperatorDeclarationSyntax operation =>
                [
                    $"{modifiers}{Flat(operation.ReturnType)} operator {operation.OperatorToken.Text}"
                    + Parameters(operation.ParameterList),
                ],
            ConversionOperatorDeclarationSyntax conversion =>
                [
                    $"{modifiers}{conversion.ImplicitOrExplicitKeyword.Text} operator {Flat(conversion.Type)}"
                    + Parameters(conversion.ParameterList),
                ],
            EventFieldDeclarationSyntax field => field.Declaration.Variables.Select(variable =>
                $"{modifiers}event {Flat(field.Declaration.Type)} {variable.Identifier.Text}"),
            EventDeclarationSyntax declaration =>
                [$"{modifiers}event {Flat(declaration.Type)} {declaration.Identifier.Text}"],
            _ => [],
        };
    }

    private static string Accessors(BasePropertyDeclarationSyntax property)
    {
        var words = property.AccessorList?.Accessors
            .Where(accessor => !accessor.Modifiers.Any(SyntaxKind.PrivateKeyword)
                && !accessor.Modifiers.Any(SyntaxKind.InternalKeyword))
            .Select(accessor => accessor.Keyword.Text) ?? ["get"];
        return "{ " + string.Concat(words.Select(word => word + "; ")) + "}";
    }

    private static string Parameters(BaseParameterListSyntax list)
    {
        var parameters = list.Parameters.Select(parameter => Flat(parameter.WithAttributeLists(default)));
        var text = string.Join(", ", parameters);
        return list is BracketedParameterListSyntax ? $"[{text}]" : $"({text})";
    }

    private static IEnumerable<string> Kept(SyntaxTokenList modifiers) =>
        modifiers.Where(modifier => !_droppedModifiers.Contains(modifier.Kind())).Select(modifier => modifier.Text);

    private static string Flat(SyntaxNode node) =>
        node.WithoutTrivia().NormalizeWhitespace(indentation: string.Empty, eol: " ").ToString();

    private static string FullName(MemberDeclarationSyntax declaration)
    {
        var names = declaration.AncestorsAndSelf().Select(node => node switch
        {
            TypeDeclarationSyntax type => type.Identifier.Text + type.TypeParameterList,
            BaseTypeDeclarationSyntax type => type.Identifier.Text,
            DelegateDeclarationSyntax type => type.Identifier.Text + type.TypeParameterList,
            BaseNamespaceDeclarationSyntax space => space.Name.ToString(),
            _ => null,
        });
        return string.Join('.', names.Where(name => name is not null).Reverse());
    }
}
