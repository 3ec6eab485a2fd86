namespace Sampan.Raft.Tests.Conformance;

/// <summary>A CCF scenario: its commands, and what they tell about the core it was written for.</summary>
internal sealed class CcfScript
{
    private readonly List<CcfCommand> _commands = [];

    private CcfScript()
    {
    }

    /// <summary>The commands in order.</summary>
    public IReadOnlyList<CcfCommand> Commands => _commands;

    /// <summary>
    /// Whether it was written for a core without pre-vote although it does not say so: it expects a candidate, which
    /// pre-vote would first make a pre-candidate, and never mentions pre-vote.
    /// </summary>
    public bool IsOlderThanPreVote =>
        _commands.Exists(command => Expects(command, "Candidate"))
        && !_commands.Exists(command => Expects(command, "PreVoteCandidate")
            || string.Equals(command.Name, "pre_vote_enabled", StringComparison.Ordinal));

    /// <summary>Reads the text of a scenario.</summary>
    public static CcfScript Parse(string text)
    {
        var script = new CcfScript();
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            var parts = line.Split('#')[0].Trim().Split(',', StringSplitOptions.TrimEntries);
            if (parts[0].Length > 0)
            {
                script._commands.Add(new CcfCommand(number, parts[0], parts[1..]));
            }
        }

        return script;
    }

    private static bool Expects(CcfCommand command, string state) =>
        string.Equals(command.Name, "assert_detail", StringComparison.Ordinal)
        && string.Equals(command.Arguments[1], "leadership_state", StringComparison.Ordinal)
        && string.Equals(command.Arguments[2], state, StringComparison.Ordinal);
}
