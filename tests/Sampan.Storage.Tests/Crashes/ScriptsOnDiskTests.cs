using Sampan.Io;
using Sampan.Storage.Tests.Log;

namespace Sampan.Storage.Tests.Crashes;

/// <summary>
/// Purpose: the scripts of <see cref="CrashPointScripts"/> on the operating system's files, where a kill is an end
/// without a word. What simulated files pass, real ones do.
/// </summary>
public sealed class ScriptsOnDiskTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sampan-scripts-").FullName;

    public static TheoryData<string> Scripts =>
        [.. CrashPointScripts.All.Where(script => !script.NeedsSimulation).Select(script => script.Name)];

    [Theory]
    [MemberData(nameof(Scripts))]
    public void A_store_on_real_files_comes_up_with_what_was_acknowledged(string name)
    {
        var script = CrashPointScripts.All.Single(script => script.Name == name);
        using var world = new CrashWorld(new OsFileSystem(), Path.Combine(_folder, "data"), new LogModel());
        script.Before(world);
        script.Act(world);
        world.Kill();
        using var next = world.Next(world.Files);
        next.Start();
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
