using Sampan.Io;
using Sampan.Storage.Tests.Fixture;

namespace Sampan.Storage.Tests.Snapshots;

/// <summary>Purpose: as <see cref="StartMatrixSuite"/>, on real files.</summary>
public sealed class StartMatrixOnDiskTests : StartMatrixSuite, IDisposable
{
    private readonly List<RootedFiles> _made = [];

    /// <inheritdoc/>
    public void Dispose() => _made.ForEach(files => files.Dispose());

    /// <inheritdoc/>
    protected override IFileSystem Files()
    {
        _made.Add(new RootedFiles(hasData: true));
        return _made[^1];
    }
}
