using Sampan.Io;
using Sampan.Storage.Tests.Fixture;

namespace Sampan.Storage.Tests.Snapshots;

/// <summary>Purpose: as <see cref="StartMatrixSuite"/>, on simulated files.</summary>
public sealed class StartMatrixTests : StartMatrixSuite
{
    /// <inheritdoc/>
    protected override IFileSystem Files() => Disks.WithData();
}
