namespace Sampan.Raft.Tests.Conformance;

/// <summary>
/// A text file of directives and what is expected of each: a directive line, perhaps lines of input, four dashes, and
/// the expected lines up to the next blank one (or, where four dashes follow the four dashes, up to the next such
/// pair). Whatever is not understood throws: a file that is half read would count as passed.
/// </summary>
internal sealed class DataDrivenFile
{
    private const string Dashes = "----";

    private readonly string[] _lines;
    private readonly List<Directive> _directives = [];
    private int _next;

    private DataDrivenFile(string name, string[] lines)
    {
        Name = name;
        _lines = lines;
    }

    /// <summary>The name of the file, without its folder.</summary>
    public string Name { get; }

    /// <summary>The directives in order.</summary>
    public IReadOnlyList<Directive> Directives => _directives;

    /// <summary>Reads a file.</summary>
    public static DataDrivenFile Read(string path) => Parse(Path.GetFileName(path), File.ReadAllText(path));

    /// <summary>Reads a text.</summary>
    public static DataDrivenFile Parse(string name, string text)
    {
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            lines[i] = lines[i].TrimEnd('\r');
        }

        var file = new DataDrivenFile(name, lines);
        while (file.MaybeReadDirective())
        {
        }

        return file;
    }

    private bool MaybeReadDirective()
    {
        while (_next < _lines.Length && (IsBlank(_lines[_next]) || _lines[_next].StartsWith('#')))
        {
            _next++;
        }

        if (_next == _lines.Length)
        {
            return false;
        }

        var line = _next + 1;
        var head = _lines[_next++];
        while (head.EndsWith('\\'))
        {
            head = head[..^1].TrimEnd() + " " + Take(line).Trim();
        }

        var input = new List<string>();
        for (var text = Take(line); text != Dashes; text = Take(line))
        {
            input.Add(text);
        }

        var words = Words(head, line);
        _directives.Add(new Directive
        {
            Line = line,
            Name = words[0],
            Arguments = [.. words.Skip(1).Select(word => Argument(word, line))],
            Input = input,
            Expected = ReadExpected(line),
        });
        return true;
    }

    private List<string> ReadExpected(int line)
    {
        var expected = new List<string>();
        if (_next < _lines.Length && _lines[_next] == Dashes)
        {
            _next++;
            for (var text = Take(line); text != Dashes || _lines[_next] != Dashes; text = Take(line))
            {
                expected.Add(text);
            }

            _next++;
            return expected;
        }

        while (_next < _lines.Length && !IsBlank(_lines[_next]))
        {
            expected.Add(_lines[_next++]);
        }

        return expected;
    }

    private string Take(int line) =>
        _next < _lines.Length
            ? _lines[_next++]
            : throw new FormatException($"{Name}:{line}: the file ends within this directive.");

    // Blanks inside parentheses belong to a list: "cfg=(1, 2)" is one word.
    private List<string> Words(string head, int line)
    {
        var words = new List<string>();
        var depth = 0;
        var start = -1;
        for (var i = 0; i <= head.Length; i++)
        {
            var character = i < head.Length ? head[i] : ' ';
            depth += character == '(' ? 1 : character == ')' ? -1 : 0;
            var ends = i == head.Length || (character == ' ' && depth == 0);
            if (!ends && start < 0)
            {
                start = i;
            }
            else if (ends && start >= 0)
            {
                words.Add(head[start..i]);
                start = -1;
            }
        }

        return depth == 0 && words.Count > 0
            ? words
            : throw new FormatException($"{Name}:{line}: '{head}' is no directive.");
    }

    private DirectiveArgument Argument(string word, int line)
    {
        var equals = word.IndexOf('=');
        if (equals < 0)
        {
            return new DirectiveArgument(word, []);
        }

        var value = word[(equals + 1)..];
        if (!value.StartsWith('('))
        {
            return new DirectiveArgument(word[..equals], [value]);
        }

        if (!value.EndsWith(')'))
        {
            throw new FormatException($"{Name}:{line}: the list '{word}' does not end.");
        }

        var items = value[1..^1].Split([',', ' '], StringSplitOptions.RemoveEmptyEntries);
        return new DirectiveArgument(word[..equals], items);
    }

    private static bool IsBlank(string line) => line.Trim().Length == 0;
}
