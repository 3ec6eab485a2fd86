using Sampan.Tidy.Tests.Core;

namespace Sampan.Tidy.Tests.Surface;

public sealed class ApiSnapshotTests
{
    private const string Folder = "tests/Sampan.Tidy.Tests/api";

    private static IEnumerable<string> Shipped =>
        Rooms.All.Select(room => room.Name).Where(name => Rooms.Find(name)!.IsShipped)
            .Where(name => Checkout.Projects.Exists(project => project.Room == name));

    /// <summary>Every shipped room that exists.</summary>
    public static TheoryData<string> ShippedRooms() => new(Shipped);

    /// <summary>The public API of a room changes only together with its snapshot.</summary>
    [Theory]
    [MemberData(nameof(ShippedRooms))]
    public void Public_api_equals_its_snapshot(string room)
    {
        var actual = ApiText.Of(Checkout.Files.Where(file => file.Room == room));
        var path = Path.Combine(RepositoryRoot.Path, Folder, $"Sampan.{room}.api.txt");
        if (Environment.GetEnvironmentVariable("SAMPAN_ACCEPT") == "1")
        {
            File.WriteAllText(path, actual);
        }

        var expected = File.Exists(path) ? File.ReadAllText(path) : string.Empty;
        Assert.True(
            expected == actual,
            $"The public API of Sampan.{room} differs from {Folder}/Sampan.{room}.api.txt. If that is meant, run "
            + $"`dotnet run eng/fix.cs` and commit the file with the change.\n{Difference(expected, actual)}");
    }

    /// <summary>A snapshot of a room that is gone is deleted with it.</summary>
    [Fact]
    public void Every_snapshot_belongs_to_a_shipped_room()
    {
        var names = Directory.GetFiles(Path.Combine(RepositoryRoot.Path, Folder), "*.api.txt").Select(Path.GetFileName);
        var rooms = Shipped.Select(room => $"Sampan.{room}.api.txt");
        Assert.Empty(names.Except(rooms, StringComparer.Ordinal));
    }

    /// <summary>The text shows what users see, sorted, and nothing else.</summary>
    [Fact]
    public void Text_shows_visible_members_only_and_in_order()
    {
        var first = new SourceFile(
            "src/Sampan.Raft/A.cs",
            """
            namespace Sampan.Raft;
            public sealed partial class A<T> : IDisposable where T : class
            {
                public const int Max = 3;
                private int _hidden;
                internal void Inside() { }
                public int Size { get; internal set; }
                public required long Zero { get; init; } = 4;
                protected async Task<int> RunAsync([Foo] int limit = 2, CancellationToken cancellation = default)
                {
                    return 1;
                }
                public override string ToString() => "A";
                public A(int x) => _hidden = x;
                public enum Kind : byte { Small = 1, Large }
            }
            internal sealed class Hidden { public int X { get; } }
            """);
        var second = new SourceFile(
            "src/Sampan.Raft/A.Rest.cs",
            """
            namespace Sampan.Raft;
            public partial class A<T> { public bool IsEmpty => true; }
            public readonly record struct P(int X, int Y = 0);
            """);

        const string Expected =
            """
            sealed class Sampan.Raft.A<T> : IDisposable where T : class
                bool IsEmpty { get; }
                const int Max = 3
                int Size { get; }
                new(int x)
                protected Task<int> RunAsync(int limit = 2, CancellationToken cancellation = default)
                required long Zero { get; init; }
            enum Sampan.Raft.A<T>.Kind : byte
                Large
                Small = 1
            readonly record struct Sampan.Raft.P(int X, int Y = 0)

            """;
        Assert.Equal(Expected, ApiText.Of([first, second]));
        Assert.Equal(Expected, ApiText.Of([second, first]));
    }

    private static string Difference(string expected, string actual)
    {
        var (before, after) = (expected.Split('\n'), actual.Split('\n'));
        var gone = before.Except(after, StringComparer.Ordinal).Select(line => "- " + line);
        var added = after.Except(before, StringComparer.Ordinal).Select(line => "+ " + line);
        return string.Join('\n', gone.Concat(added));
    }
}
