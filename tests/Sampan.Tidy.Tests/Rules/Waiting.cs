using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Sampan.Tidy.Tests.Core;

namespace Sampan.Tidy.Tests.Rules;

/// <summary>
/// Nobody blocks on a task, starts work with <c>Task.Run</c> or writes <c>async void</c>; and no test sleeps: a test
/// that waits for time to pass is slow on a good day and wrong on a bad one.
/// </summary>
internal sealed class Waiting : Rule
{
    /// <inheritdoc/>
    public override string Id => "waiting";

    /// <inheritdoc/>
    public override IReadOnlyList<SyntaxKind> Kinds =>
        [SyntaxKind.SimpleMemberAccessExpression, SyntaxKind.MethodDeclaration, SyntaxKind.LocalFunctionStatement];

    /// <inheritdoc/>
    public override bool Covers(SourceFile file) => file.Area is "src" or "tests" or "samples" or "bench";

    /// <inheritdoc/>
    public override void Visit(SyntaxNode node, SourceFile file, Report report)
    {
        var broken = node switch
        {
            MemberAccessExpressionSyntax access => InAccess(access, file.Area == "tests"),
            MethodDeclarationSyntax method => IsAsyncVoid(method.Modifiers, method.ReturnType) ? "async void" : null,
            LocalFunctionStatementSyntax local => IsAsyncVoid(local.Modifiers, local.ReturnType) ? "async void" : null,
            _ => null,
        };
        if (broken is not null)
        {
            report.Add(this, file, node, broken);
        }
    }

    private static string? InAccess(MemberAccessExpressionSyntax access, bool isTest)
    {
        var receiver = access.Expression.ToString();
        return (receiver[(receiver.LastIndexOf('.') + 1)..], access.Name.Identifier.Text) switch
        {
            ("Thread", "Sleep") when isTest => "a test sleeps: wait for the event, or move the fake clock",
            ("Task", "Delay") when isTest => "a test sleeps: wait for the event, or move the fake clock",
            ("Task", "Run") or ("Factory", "StartNew") => "Task.Run: await, or give the work to a worker",
            (_, "Result") or (_, "Wait") when IsTask(access.Expression) => "blocks on a task: await it",
            (_, "GetResult") when receiver.EndsWith("GetAwaiter()", StringComparison.Ordinal) =>
                "blocks on a task: await it",
            _ => null,
        };
    }

    // Without types only names can tell: a call of an asynchronous method, or a variable that is called a task.
    private static bool IsTask(ExpressionSyntax expression) => expression switch
    {
        InvocationExpressionSyntax call => call.Expression.ToString().EndsWith("Async", StringComparison.Ordinal),
        IdentifierNameSyntax name => name.Identifier.Text.EndsWith("ask", StringComparison.Ordinal),
        _ => false,
    };

    private static bool IsAsyncVoid(SyntaxTokenList modifiers, TypeSyntax type) =>
        modifiers.Any(SyntaxKind.AsyncKeyword) && type is PredefinedTypeSyntax { Keyword.Text: "void" };
}
