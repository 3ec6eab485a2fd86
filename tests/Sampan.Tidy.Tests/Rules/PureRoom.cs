using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Sampan.Tidy.Tests.Core;

namespace Sampan.Tidy.Tests.Rules;

/// <summary>
/// A pure room is synchronous and single-threaded and tells observers by values: what the banned-API analyzer cannot
/// see because it is a keyword or a name in a signature.
/// </summary>
internal sealed class PureRoom : Rule
{
    private static readonly HashSet<string> _names = new(StringComparer.Ordinal)
    {
        "Task", "ValueTask", "IAsyncEnumerable", "IAsyncDisposable", "CancellationToken", "ILogger", "ILoggerFactory",
        "TimeProvider", "IObservable", "IObserver", "Stream", "Socket", "Channel",
    };

    /// <inheritdoc/>
    public override string Id => "pure-room";

    /// <inheritdoc/>
    public override IReadOnlyList<SyntaxKind> Kinds =>
    [
        SyntaxKind.MethodDeclaration, SyntaxKind.LocalFunctionStatement, SyntaxKind.AwaitExpression,
        SyntaxKind.SimpleLambdaExpression, SyntaxKind.ParenthesizedLambdaExpression, SyntaxKind.LockStatement,
        SyntaxKind.FieldDeclaration, SyntaxKind.EventDeclaration, SyntaxKind.EventFieldDeclaration,
        SyntaxKind.IdentifierName, SyntaxKind.GenericName, SyntaxKind.AnonymousMethodExpression,
    ];

    /// <inheritdoc/>
    public override bool Covers(SourceFile file) => Rooms.IsPure(file);

    /// <inheritdoc/>
    public override void Visit(SyntaxNode node, SourceFile file, Report report)
    {
        var broken = node switch
        {
            AwaitExpressionSyntax => "await",
            LockStatementSyntax => "lock",
            EventDeclarationSyntax or EventFieldDeclarationSyntax => "an event: return values, or a RaftEvent",
            FieldDeclarationSyntax field when field.Modifiers.Any(SyntaxKind.VolatileKeyword) => "volatile",
            MethodDeclarationSyntax method when method.Modifiers.Any(SyntaxKind.AsyncKeyword) => "async",
            LocalFunctionStatementSyntax local when local.Modifiers.Any(SyntaxKind.AsyncKeyword) => "async",
            AnonymousFunctionExpressionSyntax lambda when lambda.AsyncKeyword != default => "async",
            SimpleNameSyntax name when IsForbiddenType(name) => name.Identifier.Text,
            _ => null,
        };
        if (broken is not null)
        {
            report.Add(this, file, node, $"{broken} in a pure room");
        }
    }

    // A name on the right of a dot is a member (`entry.Task`), and one that is called is a method: both are free.
    private static bool IsForbiddenType(SimpleNameSyntax name) =>
        _names.Contains(name.Identifier.Text)
        && name.Parent is not InvocationExpressionSyntax
        && !(name.Parent is MemberAccessExpressionSyntax access && access.Name == name)
        && name.Parent is not (NameEqualsSyntax or NameColonSyntax or ArgumentSyntax or AssignmentExpressionSyntax);
}
