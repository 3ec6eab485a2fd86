using Sampan.Storage.Tests.Fixture;

namespace Sampan.Storage.Tests.Log;

/// <summary>Purpose: as <see cref="LogStartMatrixSuite"/>, on real files.</summary>
public sealed class LogStartMatrixOnDiskTests : LogStartMatrixSuite, IDisposable
{
    private readonly RootedFiles _files;

    public LogStartMatrixOnDiskTests()
        : this(new RootedFiles())
    {
    }

    private LogStartMatrixOnDiskTests(RootedFiles files)
        : base(files) => _files = files;

    /// <inheritdoc/>
    public void Dispose() => _files.Dispose();
}
