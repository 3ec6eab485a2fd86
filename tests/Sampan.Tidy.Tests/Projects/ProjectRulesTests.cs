using Sampan.Tidy.Tests.Core;

namespace Sampan.Tidy.Tests.Projects;

public sealed class ProjectRulesTests
{
    /// <summary>Every room that exists has the rights of its row and no others.</summary>
    [Fact]
    public void Rooms_have_the_rights_of_the_table() =>
        Complaints.AreNone(
            Checkout.Projects.Where(project => project.Room is not null).SelectMany(ProjectRules.Rights));

    /// <summary>No room without tests, no project that a build of the solution forgets.</summary>
    [Fact]
    public void Rooms_have_tests_and_stand_in_the_solution() =>
        Complaints.AreNone(ProjectRules.Membership(Checkout.Projects, Checkout.Read("Sampan.slnx")));

    /// <summary>A dependency is decided, not added.</summary>
    [Fact]
    public void Packages_are_on_the_list() =>
        Complaints.AreNone(ProjectRules.Packages(Committed("Directory.Packages.props")));

    /// <summary>
    /// Without this switch every reference would bring its own along, and the table would mean nothing.
    /// </summary>
    [Fact]
    public void References_are_not_transitive() =>
        Assert.Equal(
            "true",
            Committed("Directory.Build.props").Property("DisableTransitiveProjectReferences"));

    [Fact]
    public void Table_has_no_cycles_and_names_rooms_that_it_knows() =>
        Complaints.AreNone(ProjectRules.Cycles(Rooms.All));

    [Fact]
    public void Ranges_of_event_ids_do_not_overlap()
    {
        var ranges = Rooms.All.Where(room => room.FirstEventId > 0).Select(room => room.FirstEventId).ToList();
        Assert.Equal(ranges.Distinct(), ranges);
        Assert.All(ranges, first => Assert.Equal(0, first % 1000));
    }

    [Fact]
    public void Room_that_takes_more_than_its_rights_is_reported()
    {
        const string Text =
            """
            <Project>
              <PropertyGroup>
                <SampanRoomKind>door</SampanRoomKind>
                <DisableTransitiveProjectReferences>false</DisableTransitiveProjectReferences>
              </PropertyGroup>
              <ItemGroup>
                <ProjectReference Include="../Sampan.Base/Sampan.Base.csproj" />
                <ProjectReference Include="..\Sampan.Storage\Sampan.Storage.csproj" />
                <PackageReference Include="Npgsql" />
                <FrameworkReference Include="Microsoft.AspNetCore.App" />
                <InternalsVisibleTo Include="Sampan.Raft.Tests" />
                <InternalsVisibleTo Include="Sampan.MultiRaft" />
              </ItemGroup>
            </Project>
            """;
        Assert.Equal(
            [
                "src/Sampan.Raft/Sampan.Raft.csproj: kind door, the table says Pure",
                "src/Sampan.Raft/Sampan.Raft.csproj: may not reference Sampan.Storage",
                "src/Sampan.Raft/Sampan.Raft.csproj: may not use the package Npgsql",
                "src/Sampan.Raft/Sampan.Raft.csproj: may not use Microsoft.AspNetCore.App",
                "src/Sampan.Raft/Sampan.Raft.csproj: its internals are not for Sampan.MultiRaft",
                "src/Sampan.Raft/Sampan.Raft.csproj: DisableTransitiveProjectReferences is set for all, "
                + "in Directory.Build.props",
            ],
            ProjectRules.Rights(Project("src/Sampan.Raft/Sampan.Raft.csproj", Text)));
    }

    [Fact]
    public void Room_outside_the_table_is_reported() =>
        Assert.Single(ProjectRules.Rights(Project("src/Sampan.Attic/Sampan.Attic.csproj", "<Project />")));

    [Fact]
    public void Room_without_tests_and_outside_the_solution_is_reported()
    {
        var project = Project("src/Sampan.Raft/Sampan.Raft.csproj", "<Project />");
        Assert.Equal(
            [
                "src/Sampan.Raft/Sampan.Raft.csproj: no tests/Sampan.Raft.Tests",
                "src/Sampan.Raft/Sampan.Raft.csproj: not in Sampan.slnx",
            ],
            ProjectRules.Membership([project], "<Solution />"));
    }

    [Fact]
    public void Package_outside_the_list_is_reported()
    {
        var central = Project("p.props", "<Project><PackageVersion Include=\"Left.Pad\" Version=\"1\" /></Project>");
        Assert.Equal(["p.props: Left.Pad is not on the list of dependencies"], ProjectRules.Packages(central));
    }

    [Fact]
    public void Cycle_of_the_table_is_reported()
    {
        var rooms = new[] { new Room("A", RoomKind.Pure, ["B"]), new Room("B", RoomKind.Pure, ["A"]) };
        Assert.Equal(["A reaches itself", "B reaches itself"], ProjectRules.Cycles(rooms));
    }

    private static ProjectFile Committed(string path) => Project(path, Checkout.Read(path));

    private static ProjectFile Project(string path, string text) => new(path, text);
}
