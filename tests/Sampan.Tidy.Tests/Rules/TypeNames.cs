using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Sampan.Tidy.Tests.Core;

namespace Sampan.Tidy.Tests.Rules;

/// <summary>
/// No type is called a manager, helper, util, impl, data or info: they name nothing. Public types of the domain use the
/// glossary's word for a notion and no second one.
/// </summary>
internal sealed partial class TypeNames : Rule
{
    private static readonly HashSet<string> _empty = new(StringComparer.Ordinal)
    {
        "Manager", "Helper", "Helpers", "Util", "Utils", "Utility", "Utilities", "Impl", "Data", "Info",
    };

    private static readonly HashSet<string> _domain = new(StringComparer.Ordinal)
    {
        "Model", "Raft", "MultiRaft", "MultiRaft.Abstractions", "Mvcc", "Kv",
    };

    // The word that is not used, and the glossary's word for the notion.
    private static readonly Dictionary<string, string> _instead = new(StringComparer.Ordinal)
    {
        ["Shard"] = "group",
        ["Cluster"] = "group",
        ["Partition"] = "group",
        ["Range"] = "region",
        ["Tablet"] = "region",
        ["Slot"] = "region",
        ["Node"] = "store or replica",
        ["Host"] = "store",
        ["Server"] = "store",
        ["Peer"] = "replica",
        ["Master"] = "leader",
        ["Slave"] = "follower",
        ["Observer"] = "learner",
        ["Offset"] = "index",
        ["Opid"] = "LogId",
        ["Operation"] = "entry, proposal or command",
        ["Task"] = "entry, proposal or command",
        ["Closure"] = "entry, proposal or command",
        ["Update"] = "Ready",
        ["Output"] = "Ready",
        ["Replicator"] = "Progress",
        ["Remote"] = "Progress",
        ["Flush"] = "persist",
        ["Save"] = "persist",
        ["Execute"] = "apply",
        ["Purge"] = "compact or truncate",
        ["Gc"] = "compact or truncate",
        ["Backup"] = "snapshot or checkpoint",
        ["Quiesce"] = "hibernate",
        ["Sleep"] = "hibernate",
        ["Session"] = "lease",
        ["Ttl"] = "lease",
        ["Version"] = "revision or generation",
        ["Deletion"] = "tombstone",
        ["Job"] = "operator or step",
        ["Policy"] = "operator or step",
        ["Actor"] = "worker",
        ["Fiber"] = "worker",
        ["Poller"] = "worker",
        ["Clock"] = "timestamp",
        ["Hlc"] = "timestamp",
    };

    /// <inheritdoc/>
    public override string Id => "type-names";

    /// <inheritdoc/>
    public override IReadOnlyList<SyntaxKind> Kinds =>
    [
        SyntaxKind.ClassDeclaration, SyntaxKind.StructDeclaration, SyntaxKind.RecordDeclaration,
        SyntaxKind.RecordStructDeclaration, SyntaxKind.InterfaceDeclaration, SyntaxKind.EnumDeclaration,
        SyntaxKind.DelegateDeclaration,
    ];

    /// <inheritdoc/>
    public override bool Covers(SourceFile file) => file.Area is "src" or "tests" or "samples" or "bench";

    /// <inheritdoc/>
    public override void Visit(SyntaxNode node, SourceFile file, Report report)
    {
        var name = node is DelegateDeclarationSyntax declaration
            ? declaration.Identifier.Text
            : ((BaseTypeDeclarationSyntax)node).Identifier.Text;
        var words = Words().Matches(name).Select(match => match.Value).ToList();
        if (words.Count > 0 && _empty.Contains(words[^1]))
        {
            report.Add(this, file, node, $"{words[^1]} names nothing: say what it is");
        }

        if (file.Room is not null && _domain.Contains(file.Room) && PublicApi.IsVisible((MemberDeclarationSyntax)node))
        {
            foreach (var word in words.Where(_instead.ContainsKey))
            {
                report.Add(this, file, node, $"{word} is not a word of the glossary, which has: {_instead[word]}");
            }
        }
    }

    [GeneratedRegex("[A-Z][a-z0-9]+|[A-Z]+(?![a-z])", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Words();
}
