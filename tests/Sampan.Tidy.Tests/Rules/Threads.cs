using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Sampan.Tidy.Tests.Core;

namespace Sampan.Tidy.Tests.Rules;

/// <summary>
/// Threads, locks and atomics live in the few places that the table of rooms grants; shared state elsewhere is a
/// mailbox. A further place needs a line with a reason in the list of exceptions.
/// </summary>
internal sealed class Threads : Rule
{
    private static readonly string[] _threads =
        ["Thread", "ThreadPool", "Timer", "SynchronizationContext", "ExecutionContext", "ThreadLocal", "AsyncLocal"];

    private static readonly string[] _locks =
    [
        "Monitor", "Mutex", "Semaphore", "SemaphoreSlim", "ReaderWriterLockSlim", "SpinLock", "SpinWait", "Lock",
        "ManualResetEvent", "ManualResetEventSlim", "AutoResetEvent", "EventWaitHandle", "Barrier", "CountdownEvent",
    ];

    private static readonly string[] _atomics = ["Interlocked", "Volatile"];

    // What a file or a room is granted; a path that ends in a slash is a whole room.
    private static readonly (string Path, string[] Granted)[] _grants =
    [
        ("src/Sampan.Io/WorkerThread.cs", [.. _threads, .. _locks, .. _atomics, "lock", "volatile"]),
        ("src/Sampan.Io/ThreadPark.cs", [.. _locks, .. _atomics]),
        ("src/Sampan.Io/WorkerThreadRunner.cs", ["Lock", "lock"]),
        ("src/Sampan.Io/ThreadPoolCompletionQueue.cs", [.. _threads, .. _locks, .. _atomics, "lock", "volatile"]),
        ("src/Sampan.MultiRaft/Mailbox.cs", [.. _locks, .. _atomics, "lock", "volatile"]),
        ("src/Sampan.MultiRaft/Groups/GroupMailbox.cs", [.. _locks, .. _atomics, "lock", "volatile"]),
        ("src/Sampan.MultiRaft/Doors/PendingRequest.cs", _atomics),
        ("src/Sampan.MultiRaft/Doors/OpenRequests.cs", [.. _locks, "lock"]),
        ("src/Sampan.Storage/", _atomics),
        ("src/Sampan.Transport/", _threads),
    ];

    /// <inheritdoc/>
    public override string Id => "threads";

    /// <inheritdoc/>
    public override IReadOnlyList<SyntaxKind> Kinds =>
    [
        SyntaxKind.LockStatement, SyntaxKind.FieldDeclaration, SyntaxKind.IdentifierName, SyntaxKind.GenericName,
    ];

    /// <inheritdoc/>
    public override bool Covers(SourceFile file) => file.Room is not null;

    /// <inheritdoc/>
    public override void Visit(SyntaxNode node, SourceFile file, Report report)
    {
        var used = node switch
        {
            LockStatementSyntax => "lock",
            FieldDeclarationSyntax field => field.Modifiers.Any(SyntaxKind.VolatileKeyword) ? "volatile" : null,
            SimpleNameSyntax name when IsType(name) => Known(name.Identifier.Text),
            _ => null,
        };
        if (used is null)
        {
            return;
        }

        if (!IsGranted(used, file))
        {
            report.Add(this, file, node, $"{used}: threads, locks and atomics are granted to few files");
        }
        else if (node is LockStatementSyntax && !file.IsExplained(SourceFile.LineOf(node)))
        {
            report.Add(this, file, node, "a lock without a comment that names what it guards, and its order");
        }
    }

    private static string? Known(string name) =>
        _threads.Contains(name, StringComparer.Ordinal) || _locks.Contains(name, StringComparer.Ordinal)
        || _atomics.Contains(name, StringComparer.Ordinal)
            ? name
            : null;

    // The name of a type: the left of a dot, or a type's place; not a member's own name, nor one in a namespace.
    private static bool IsType(SimpleNameSyntax name) =>
        !(name.Parent is MemberAccessExpressionSyntax access && access.Name == name && !IsNamespace(access.Expression))
        && name.Parent is not (InvocationExpressionSyntax or NameColonSyntax or NameEqualsSyntax)
        && !name.Ancestors().Any(ancestor => ancestor is UsingDirectiveSyntax);

    private static bool IsNamespace(ExpressionSyntax expression) =>
        expression.ToString() is "System.Threading" or "System" or "Threading";

    private static bool IsGranted(string used, SourceFile file)
    {
        var mayLock = Rooms.Find(file.Room)?.MayLock == true
            && (used == "lock" || _locks.Contains(used, StringComparer.Ordinal));
        return mayLock || _grants.Any(grant => Applies(grant.Path, file.Path) && grant.Granted.Contains(used));
    }

    private static bool Applies(string granted, string path) =>
        granted.EndsWith('/') ? path.StartsWith(granted, StringComparison.Ordinal) : path == granted;
}
