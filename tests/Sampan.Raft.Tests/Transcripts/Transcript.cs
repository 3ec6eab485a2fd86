using System.Text;

namespace Sampan.Raft.Tests.Transcripts;

/// <summary>
/// A story as a text file. Lines that begin with "> " are commands, indented lines are what came of them, all others are
/// prose and kept as they are.
/// </summary>
internal static class Transcript
{
    private const string Command = "> ";
    private const string Indent = "    ";

    /// <summary>The same story with the outcomes that its commands have now.</summary>
    public static string Play(IEnumerable<string> lines)
    {
        var text = new StringBuilder();
        var stage = new Stage();
        foreach (var line in lines)
        {
            if (line.StartsWith(Indent, StringComparison.Ordinal))
            {
                continue;
            }

            text.Append(line).Append('\n');
            if (line.StartsWith(Command, StringComparison.Ordinal))
            {
                foreach (var outcome in stage.Do(line[Command.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)))
                {
                    text.Append(Indent).Append(outcome).Append('\n');
                }
            }
        }

        return text.ToString();
    }
}
