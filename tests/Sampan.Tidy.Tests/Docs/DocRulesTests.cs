using Sampan.Tidy.Tests.Core;

namespace Sampan.Tidy.Tests.Docs;

public sealed class DocRulesTests
{
    private const string Invariants = "docs/invariants.md";

    private static readonly string[] _textTypes =
    [
        ".md", ".cs", ".csproj", ".props", ".targets", ".slnx", ".json", ".txt", ".yml", ".yaml", ".sh", ".proto",
        ".html", ".editorconfig", ".gitignore", ".runsettings", "",
    ];

    private static IEnumerable<string> Documents =>
        Checkout.Paths.Where(path => path.EndsWith(".md", StringComparison.Ordinal));

    private static IEnumerable<string> Texts =>
        Checkout.Paths.Where(path => _textTypes.Contains(Path.GetExtension(path), StringComparer.Ordinal));

    [Fact]
    public void Links_of_documents_lead_somewhere() =>
        Complaints.AreNone(Documents.SelectMany(path => DocRules.DeadLinks(path, Checkout.Read(path), ReadOrNull)));

    [Fact]
    public void Invariants_have_one_number_each()
    {
        var numbers = DocRules.DefinedInvariants(Checkout.Read(Invariants));
        Assert.NotEmpty(numbers);
        Assert.Equal(numbers.Order(StringComparer.Ordinal).Distinct(StringComparer.Ordinal), numbers);
    }

    [Fact]
    public void Invariants_that_are_cited_exist()
    {
        var defined = DocRules.DefinedInvariants(Checkout.Read(Invariants)).ToHashSet(StringComparer.Ordinal);
        var cited = Checkout.Paths
            .Where(path => Path.GetExtension(path) is ".cs" or ".md")
            .Where(path => !path.StartsWith("tests/Sampan.Tidy.Tests/", StringComparison.Ordinal))
            .SelectMany(path => DocRules.CitedInvariants(Checkout.Read(path))
                .Where(number => !defined.Contains(number))
                .Select(number => $"{path}: {number} is not defined"));
        Complaints.AreNone(cited);
    }

    [Fact]
    public void Texts_hold_no_traces_of_a_machine() =>
        Complaints.AreNone(Texts.SelectMany(path => DocRules.MachineTraces(path, Checkout.Read(path))));

    [Fact]
    public void Every_room_explains_itself_on_at_most_one_page()
    {
        foreach (var project in Checkout.Projects.Where(project => project.Room is not null))
        {
            var lines = Checkout.ReadLines($"src/{project.Name}/README.md");
            Assert.True(lines.Count is > 0 and <= 60, $"{project.Name}/README.md has {lines.Count} lines");
        }
    }

    [Fact]
    public void Dead_links_are_reported()
    {
        const string Text =
            """
            # A title, here
            [good](b.md) [up](../README.md#two-words) [here](#a-title-here) [web](https://example.invalid/x)
            [gone](c.md) [no heading](b.md#three)
            ```
            [code](is-free.md)
            ```
            """;
        string? Read(string path) => path switch
        {
            "docs/b.md" => "# One",
            "README.md" => "text\n## Two words\n",
            _ => null,
        };
        Assert.Equal(
            ["docs/a.md: c.md leads nowhere", "docs/a.md: b.md#three names no heading of docs/b.md"],
            DocRules.DeadLinks("docs/a.md", Text, Read));
    }

    [Fact]
    public void Invariants_are_found_where_they_are_defined_and_cited()
    {
        Assert.Equal(["I-01", "I-02"], DocRules.DefinedInvariants("**I-01** One leader.\n**I-02** See I-01.\n"));
        Assert.Equal(["I-07", "I-12"], DocRules.CitedInvariants("// I-07, I-12 and I-07 again; API-12 is not one"));
    }

    [Fact]
    public void Traces_of_a_machine_are_reported()
    {
        var path = "/ho" + "me/me/data";
        Assert.Equal(["a.md:2: /ho" + "me/"], DocRules.MachineTraces("a.md", $"one\nsee {path}\nartifacts/home/x"));
        Assert.Single(DocRules.MachineTraces("a.md", "from api.nu" + "get.org/v3"));
    }

    private static string? ReadOrNull(string path)
    {
        if (Checkout.Paths.Contains(path, StringComparer.Ordinal))
        {
            return Checkout.Read(path);
        }

        var isFolder = Checkout.Paths.Any(other => other.StartsWith(path + "/", StringComparison.Ordinal));
        return isFolder ? string.Empty : null;
    }
}
