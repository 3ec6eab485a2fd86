using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Sampan.Tidy.Tests.Core;

namespace Sampan.Tidy.Tests.Rules;

/// <summary>Dependency injection ends at the server's edge: rooms take plain arguments.</summary>
internal sealed class Injection : Rule
{
    private static readonly string[] _names =
    [
        "IOptions", "IOptionsMonitor", "IOptionsSnapshot", "IServiceProvider", "IServiceCollection", "IConfiguration",
        "ActivatorUtilities",
    ];

    /// <inheritdoc/>
    public override string Id => "injection";

    /// <inheritdoc/>
    public override IReadOnlyList<SyntaxKind> Kinds => [SyntaxKind.IdentifierName, SyntaxKind.GenericName];

    /// <inheritdoc/>
    public override bool Covers(SourceFile file) => file.Room is not null && Rooms.Find(file.Room)?.MayInject != true;

    /// <inheritdoc/>
    public override void Visit(SyntaxNode node, SourceFile file, Report report)
    {
        var name = ((SimpleNameSyntax)node).Identifier.Text;
        if (_names.Contains(name, StringComparer.Ordinal))
        {
            report.Add(this, file, node, $"{name} outside the server: take plain arguments");
        }
    }
}
