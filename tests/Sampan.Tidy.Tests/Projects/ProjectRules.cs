using Sampan.Tidy.Tests.Core;

namespace Sampan.Tidy.Tests.Projects;

/// <summary>
/// What project files must say; each function judges values, so that it can be tried on invented ones.
/// </summary>
internal static class ProjectRules
{
    private static readonly string[] _analyzers =
        ["Meziantou.Analyzer", "Microsoft.CodeAnalysis.BannedApiAnalyzers"];

    private static readonly string[] _testPackages =
    [
        "Microsoft.NET.Test.Sdk", "xunit", "xunit.runner.visualstudio", "FsCheck", "Microsoft.CodeAnalysis.CSharp",
        "Google.Protobuf", "Npgsql",
    ];

    /// <summary>Rights of a room: its kind, what it references, who sees its internals.</summary>
    public static IEnumerable<string> Rights(ProjectFile project)
    {
        var room = Rooms.Find(project.Room);
        if (room is null)
        {
            yield return $"{project.Path}: no such room in the table (tests/Sampan.Tidy.Tests/Core/Rooms.cs)";
            yield break;
        }

        var kind = project.Property("SampanRoomKind");
        if (!string.Equals(kind, room.Kind.ToString(), StringComparison.OrdinalIgnoreCase))
        {
            yield return $"{project.Path}: kind {kind ?? "missing"}, the table says {room.Kind}";
        }

        foreach (var reference in project.ProjectReferences.Where(name => !room.MayReference.Contains(Short(name))))
        {
            yield return $"{project.Path}: may not reference {reference}";
        }

        foreach (var package in project.PackageReferences.Except(room.Packages, StringComparer.Ordinal))
        {
            yield return $"{project.Path}: may not use the package {package}";
        }

        foreach (var framework in project.FrameworkReferences.Where(_ => !room.IsWeb))
        {
            yield return $"{project.Path}: may not use {framework}";
        }

        var judges = room.Judges.Select(judge => $"Sampan.{judge}").Append($"{project.Name}.Tests");
        foreach (var friend in project.Friends.Except(judges, StringComparer.Ordinal))
        {
            yield return $"{project.Path}: its internals are not for {friend}";
        }

        if (project.Property("DisableTransitiveProjectReferences") is not null)
        {
            yield return $"{project.Path}: DisableTransitiveProjectReferences is set for all, in Directory.Build.props";
        }
    }

    /// <summary>Every room has tests of its own, and every project stands in the solution.</summary>
    public static IEnumerable<string> Membership(IReadOnlyList<ProjectFile> projects, string solution)
    {
        foreach (var project in projects)
        {
            if (project.Room is not null && !projects.Any(other => other.Name == $"{project.Name}.Tests"))
            {
                yield return $"{project.Path}: no tests/{project.Name}.Tests";
            }

            if (!solution.Contains($"\"{project.Path}\"", StringComparison.Ordinal))
            {
                yield return $"{project.Path}: not in Sampan.slnx";
            }
        }
    }

    /// <summary>Packages that the repository may use at all; anything else needs a decision record.</summary>
    public static IEnumerable<string> Packages(ProjectFile central)
    {
        var known = Rooms.All.SelectMany(room => room.Packages).Concat(_analyzers).Concat(_testPackages);
        return central.PackageVersions
            .Except(known, StringComparer.Ordinal)
            .Select(package => $"{central.Path}: {package} is not on the list of dependencies");
    }

    /// <summary>References go down: no room of the table reaches itself.</summary>
    public static IEnumerable<string> Cycles(IReadOnlyList<Room> rooms) =>
        rooms.Where(room => Below(rooms, room).Contains(room.Name)).Select(room => $"{room.Name} reaches itself");

    private static HashSet<string> Below(IReadOnlyList<Room> rooms, Room top)
    {
        var reached = new HashSet<string>(StringComparer.Ordinal);
        var open = new Queue<string>(top.MayReference);
        while (open.TryDequeue(out var name))
        {
            if (reached.Add(name))
            {
                rooms.Single(room => room.Name == name).MayReference.ToList().ForEach(open.Enqueue);
            }
        }

        return reached;
    }

    private static string Short(string project) =>
        project.StartsWith("Sampan.", StringComparison.Ordinal) ? project["Sampan.".Length..] : project;
}
