using System.Xml.Linq;

namespace Sampan.Tidy.Tests.Core;

/// <summary>What a project file says, read as text: no build system is asked.</summary>
internal sealed class ProjectFile
{
    private readonly XDocument _document;

    /// <summary>A project at <paramref name="path"/>, relative to the root.</summary>
    public ProjectFile(string path, string text)
    {
        Path = path;
        Name = System.IO.Path.GetFileNameWithoutExtension(path);
        _document = XDocument.Parse(text);
    }

    /// <summary>Relative to the root, with slashes.</summary>
    public string Path { get; }

    /// <summary>The project's name.</summary>
    public string Name { get; }

    /// <summary>The room's name if it is one, else null.</summary>
    public string? Room =>
        Path.StartsWith("src/", StringComparison.Ordinal) && Name.StartsWith("Sampan.", StringComparison.Ordinal)
            ? Name["Sampan.".Length..]
            : null;

    /// <summary>Names of the projects it references.</summary>
    public IEnumerable<string> ProjectReferences =>
        Includes("ProjectReference")
            .Select(path => System.IO.Path.GetFileNameWithoutExtension(path.Replace('\\', '/')));

    /// <summary>Packages it references.</summary>
    public IEnumerable<string> PackageReferences => Includes("PackageReference");

    /// <summary>Packages whose version it fixes.</summary>
    public IEnumerable<string> PackageVersions => Includes("PackageVersion");

    /// <summary>Shared frameworks it references.</summary>
    public IEnumerable<string> FrameworkReferences => Includes("FrameworkReference");

    /// <summary>Assemblies that see its internals.</summary>
    public IEnumerable<string> Friends => Includes("InternalsVisibleTo");

    /// <summary>The last value of a property, or null.</summary>
    public string? Property(string name) =>
        _document.Descendants().LastOrDefault(element => element.Name.LocalName == name)?.Value;

    private IEnumerable<string> Includes(string item) =>
        _document.Descendants()
            .Where(element => element.Name.LocalName == item)
            .Select(element => element.Attribute("Include")?.Value)
            .OfType<string>();
}
