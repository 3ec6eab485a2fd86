namespace Sampan.Raft.Tests.Transcripts;

/// <summary>
/// Purpose: the stories in this folder, text files of commands and what they lead to, are true. They are documentation:
/// SAMPAN_ACCEPT=1 writes the outcomes anew, and their difference is reviewed.
/// </summary>
public sealed class TranscriptTests
{
    /// <summary>The names of all stories.</summary>
    public static TheoryData<string> Stories()
    {
        var stories = new TheoryData<string>();
        foreach (var file in Directory.GetFiles(Folder, "*.txt").Order(StringComparer.Ordinal))
        {
            stories.Add(Path.GetFileNameWithoutExtension(file));
        }

        return stories;
    }

    private static string Folder => Accepted.PathOf("tests", "Sampan.Raft.Tests", "Transcripts");

    [Theory]
    [MemberData(nameof(Stories))]
    public void A_story_is_true(string story)
    {
        var path = Path.Combine(Folder, story + ".txt");
        Accepted.Require(path, Transcript.Play(File.ReadAllLines(path)));
    }
}
