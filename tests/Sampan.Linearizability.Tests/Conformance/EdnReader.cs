using System.Text;

namespace Sampan.Linearizability.Tests.Conformance;

/// <summary>
/// Reads EDN: atoms, vectors, lists, sets, maps, comments, discarded and tagged values (whose tags are dropped). Commas
/// are blanks.
/// </summary>
internal sealed class EdnReader(string text)
{
    private int _place;

    /// <summary>All values of a text.</summary>
    public static IReadOnlyList<EdnValue> ReadAll(string text)
    {
        var reader = new EdnReader(text);
        var values = new List<EdnValue>();
        while (reader.Read() is { } value)
        {
            values.Add(value);
        }

        return reader._place == text.Length
            ? values
            : throw new FormatException($"unexpected {text[reader._place]} at {reader._place}");
    }

    // Null at the end, and before what closes a compound.
    private EdnValue? Read()
    {
        SkipBlanks();
        if (_place == text.Length || text[_place] is ')' or ']' or '}')
        {
            return null;
        }

        switch (text[_place++])
        {
            case '(':
                return ReadCompound(EdnKind.Sequence, ')');
            case '[':
                return ReadCompound(EdnKind.Sequence, ']');
            case '{':
                return ReadCompound(EdnKind.Map, '}');
            case '"':
                return ReadText();
            case ':':
                return EdnValue.Atom(EdnKind.Keyword, ReadToken());
            case '\\':
                _place++;
                return EdnValue.Atom(EdnKind.Atom, "\\" + text[_place - 1] + ReadToken());
            case '#':
                return ReadDispatch();
            default:
                _place--;
                var token = ReadToken();
                return token == "nil" ? EdnValue.Nil : EdnValue.Atom(EdnKind.Atom, token);
        }
    }

    private EdnValue? ReadDispatch()
    {
        if (text[_place] == '{')
        {
            _place++;
            return ReadCompound(EdnKind.Set, '}');
        }

        if (text[_place] == '_')
        {
            _place++;
            Read();
            return Read();
        }

        ReadToken();
        return Read();
    }

    private EdnValue ReadCompound(EdnKind kind, char end)
    {
        var items = new List<EdnValue>();
        while (Read() is { } item)
        {
            items.Add(item);
        }

        if (_place == text.Length || text[_place] != end)
        {
            throw new FormatException($"no {end} at {_place}");
        }

        _place++;
        return EdnValue.Compound(kind, items);
    }

    private EdnValue ReadText()
    {
        var content = new StringBuilder("\"");
        for (; text[_place] != '"'; _place++)
        {
            if (text[_place] == '\\')
            {
                _place++;
                content.Append(text[_place] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', var other => other });
            }
            else
            {
                content.Append(text[_place]);
            }
        }

        _place++;
        return EdnValue.Atom(EdnKind.Atom, content.Append('"').ToString());
    }

    private string ReadToken()
    {
        var start = _place;
        while (_place < text.Length && !IsBlank(text[_place]) && !"()[]{}\";".Contains(text[_place]))
        {
            _place++;
        }

        return text[start.._place];
    }

    private void SkipBlanks()
    {
        while (_place < text.Length && (IsBlank(text[_place]) || text[_place] == ';'))
        {
            if (text[_place] == ';')
            {
                var end = text.IndexOf('\n', _place);
                _place = end < 0 ? text.Length - 1 : end;
            }

            _place++;
        }
    }

    private static bool IsBlank(char sign) => char.IsWhiteSpace(sign) || sign == ',';
}
