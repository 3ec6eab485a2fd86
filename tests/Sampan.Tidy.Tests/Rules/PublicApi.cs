using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Sampan.Tidy.Tests.Rules;

/// <summary>Tells from syntax alone what users of a room can see.</summary>
internal static class PublicApi
{
    /// <summary>Whether the member, and every type around it, can be seen from outside the assembly.</summary>
    public static bool IsVisible(MemberDeclarationSyntax member)
    {
        for (var around = member; around is not null and not BaseNamespaceDeclarationSyntax;)
        {
            if (!IsVisibleByItself(around))
            {
                return false;
            }

            around = around.Parent as MemberDeclarationSyntax;
        }

        return true;
    }

    private static bool IsVisibleByItself(MemberDeclarationSyntax member)
    {
        if (member is EnumMemberDeclarationSyntax)
        {
            return true;
        }

        var modifiers = member.Modifiers;
        if (member.Parent is InterfaceDeclarationSyntax)
        {
            return !modifiers.Any(SyntaxKind.PrivateKeyword) && !modifiers.Any(SyntaxKind.InternalKeyword);
        }

        return modifiers.Any(SyntaxKind.PublicKeyword)
            || (modifiers.Any(SyntaxKind.ProtectedKeyword) && !modifiers.Any(SyntaxKind.PrivateKeyword));
    }
}
