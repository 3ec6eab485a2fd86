using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Sampan.Tidy.Tests.Core;

namespace Sampan.Tidy.Tests.Rules;

/// <summary>All fields of a partial type stand in the part named after it: one place lists its state.</summary>
internal sealed class FieldsInMainPart : TypeParts
{
    /// <inheritdoc/>
    public override string Id => "fields-in-main-part";

    /// <inheritdoc/>
    protected override void Judge(
        (SourceFile File, TypeDeclarationSyntax Syntax) main,
        IReadOnlyList<(SourceFile File, TypeDeclarationSyntax Syntax)> parts,
        Report report)
    {
        foreach (var (file, syntax) in parts.Where(part => part.Syntax != main.Syntax))
        {
            foreach (var field in syntax.Members.OfType<FieldDeclarationSyntax>())
            {
                if (!field.Modifiers.Any(SyntaxKind.ConstKeyword))
                {
                    report.Add(this, file, field, $"a field outside {main.File.Stem}.cs: move it there");
                }
            }
        }
    }
}
