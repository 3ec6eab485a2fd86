using Sampan.Storage.Tests.Fixture;

namespace Sampan.Storage.Tests.Snapshots;

/// <summary>Purpose: as <see cref="SnapshotSuite"/>, on real files.</summary>
public sealed class SnapshotsOnDiskTests : SnapshotSuite, IDisposable
{
    private readonly RootedFiles _files;

    public SnapshotsOnDiskTests()
        : this(new RootedFiles(hasData: true))
    {
    }

    private SnapshotsOnDiskTests(RootedFiles files)
        : base(files) => _files = files;

    /// <inheritdoc/>
    public void Dispose() => _files.Dispose();
}
