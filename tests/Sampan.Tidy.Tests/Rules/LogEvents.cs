using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Sampan.Tidy.Tests.Core;

namespace Sampan.Tidy.Tests.Rules;

/// <summary>
/// Log events are declared by <c>[LoggerMessage]</c> in one <c>Log.cs</c> a room, with an id that is unique and lies in
/// the room's thousand: operators filter by it, and two events with one id cannot be told apart.
/// </summary>
internal sealed class LogEvents : Rule
{
    private readonly Dictionary<int, string> _seen = [];

    /// <inheritdoc/>
    public override string Id => "log-events";

    /// <inheritdoc/>
    public override IReadOnlyList<SyntaxKind> Kinds => [SyntaxKind.Attribute];

    /// <inheritdoc/>
    public override bool Covers(SourceFile file) => file.Room is not null;

    /// <inheritdoc/>
    public override void Visit(SyntaxNode node, SourceFile file, Report report)
    {
        var attribute = (AttributeSyntax)node;
        if (attribute.Name.ToString() is not ("LoggerMessage" or "LoggerMessageAttribute"))
        {
            return;
        }

        if (file.Stem != "Log")
        {
            report.Add(this, file, node, "a log event outside the room's Log.cs");
        }

        var id = EventId(attribute);
        var first = Rooms.Find(file.Room)?.FirstEventId ?? 0;
        if (id is null)
        {
            report.Add(this, file, node, "a log event needs a literal EventId");
        }
        else if (first == 0 || id < first || id >= first + 1000)
        {
            report.Add(this, file, node, first == 0
                ? $"event {id} in a room without a range of ids"
                : $"event {id} outside the room's range {first} to {first + 999}");
        }
        else if (!_seen.TryAdd(id.Value, Report.SymbolOf(node)))
        {
            report.Add(this, file, node, $"event {id} is {_seen[id.Value]} already");
        }
    }

    private static int? EventId(AttributeSyntax attribute)
    {
        foreach (var argument in attribute.ArgumentList?.Arguments ?? default)
        {
            var name = argument.NameEquals?.Name.Identifier.Text ?? argument.NameColon?.Name.Identifier.Text;
            if (argument.Expression is LiteralExpressionSyntax { Token.Value: int } literal
                && (name is null || name.Equals("eventId", StringComparison.OrdinalIgnoreCase)))
            {
                return int.Parse(literal.Token.ValueText, CultureInfo.InvariantCulture);
            }
        }

        return null;
    }
}
