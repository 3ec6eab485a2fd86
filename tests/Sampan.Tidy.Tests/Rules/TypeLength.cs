using Microsoft.CodeAnalysis.CSharp.Syntax;
using Sampan.Tidy.Tests.Core;

namespace Sampan.Tidy.Tests.Rules;

/// <summary>A type has at most 1,200 lines over all its parts.</summary>
internal sealed class TypeLength : TypeParts
{
    private const int Limit = 1200;

    /// <inheritdoc/>
    public override string Id => "type-length";

    /// <inheritdoc/>
    protected override void Judge(
        (SourceFile File, TypeDeclarationSyntax Syntax) main,
        IReadOnlyList<(SourceFile File, TypeDeclarationSyntax Syntax)> parts,
        Report report)
    {
        var lines = parts.Sum(part => SourceFile.LineCount(part.Syntax));
        if (lines > Limit)
        {
            report.Add(this, main.File, main.Syntax, $"{lines} lines in {parts.Count} parts, at most {Limit}", lines);
        }
    }
}
