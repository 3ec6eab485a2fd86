using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Sampan.Tidy.Tests.Core;

/// <summary>One C# file: where it stands, its lines and its syntax, parsed once for all rules.</summary>
internal sealed class SourceFile
{
    private const string Prefix = "Sampan.";

    private static readonly CSharpParseOptions _options =
        new(LanguageVersion.Preview, DocumentationMode.None);

    /// <summary>A file at <paramref name="path"/>, relative to the root of the repository.</summary>
    public SourceFile(string path, string text)
    {
        Path = path;
        Lines = text.Split('\n');
        Root = (CompilationUnitSyntax)CSharpSyntaxTree.ParseText(text, _options).GetRoot();
        var segments = path.Split('/');
        Area = segments.Length > 1 ? segments[0] : string.Empty;
        Project = segments.Length > 2 ? segments[1] : string.Empty;
        Folder = segments.Length > 3 ? string.Join('.', segments[2..^1]) : string.Empty;
        Room = Area == "src" && Project.StartsWith(Prefix, StringComparison.Ordinal) ? Project[Prefix.Length..] : null;
        Stem = System.IO.Path.GetFileNameWithoutExtension(path);
    }

    /// <summary>Relative to the root, with slashes.</summary>
    public string Path { get; }

    /// <summary>The first folder of the path: <c>src</c>, <c>tests</c>, <c>eng</c> ...</summary>
    public string Area { get; }

    /// <summary>The project's name, which is the second folder of the path.</summary>
    public string Project { get; }

    /// <summary>Folders below the project, joined by dots; empty at the top.</summary>
    public string Folder { get; }

    /// <summary>The room, if the file belongs to one.</summary>
    public string? Room { get; }

    /// <summary>The file's name without <c>.cs</c>.</summary>
    public string Stem { get; }

    /// <summary>The text, line by line.</summary>
    public IReadOnlyList<string> Lines { get; }

    /// <summary>The syntax tree.</summary>
    public CompilationUnitSyntax Root { get; }

    /// <summary>Whether a tool wrote the file: sizes and style are not its author's business then.</summary>
    public static bool IsGenerated(string path) =>
        path.EndsWith(".g.cs", StringComparison.Ordinal) || path.EndsWith(".Designer.cs", StringComparison.Ordinal);

    /// <summary>The one-based line on which a node or token begins.</summary>
    public static int LineOf(SyntaxNodeOrToken at) =>
        at.SyntaxTree!.GetLineSpan(at.Span).StartLinePosition.Line + 1;

    /// <summary>How many lines a node covers, documentation and comments above it not counted.</summary>
    public static int LineCount(SyntaxNode node)
    {
        var span = node.SyntaxTree.GetLineSpan(node.Span);
        return span.EndLinePosition.Line - span.StartLinePosition.Line + 1;
    }

    /// <summary>
    /// Whether a comment stands at the end of the one-based <paramref name="line"/> or on the line above.
    /// </summary>
    public bool IsExplained(int line) => HasComment(line, alone: false) || HasComment(line - 1, alone: true);

    private bool HasComment(int line, bool alone)
    {
        if (line < 1 || line > Lines.Count)
        {
            return false;
        }

        var text = Lines[line - 1].Trim();
        return alone
            ? text.StartsWith("//", StringComparison.Ordinal) && !text.StartsWith("///", StringComparison.Ordinal)
            : text.Contains("// ", StringComparison.Ordinal);
    }
}
