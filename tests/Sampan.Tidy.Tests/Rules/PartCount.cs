using Microsoft.CodeAnalysis.CSharp.Syntax;
using Sampan.Tidy.Tests.Core;

namespace Sampan.Tidy.Tests.Rules;

/// <summary>A partial type has at most six parts.</summary>
internal sealed class PartCount : TypeParts
{
    private const int Limit = 6;

    /// <inheritdoc/>
    public override string Id => "part-count";

    /// <inheritdoc/>
    protected override void Judge(
        (SourceFile File, TypeDeclarationSyntax Syntax) main,
        IReadOnlyList<(SourceFile File, TypeDeclarationSyntax Syntax)> parts,
        Report report)
    {
        if (parts.Count > Limit)
        {
            report.Add(this, main.File, main.Syntax, $"{parts.Count} parts, at most {Limit}", parts.Count);
        }
    }
}
