using Sampan.Storage.Tests.Fixture;

namespace Sampan.Storage.Tests.Identity;

/// <summary>Purpose: as <see cref="IdentitySuite"/>, on real files.</summary>
public sealed class IdentityOnDiskTests : IdentitySuite, IDisposable
{
    private readonly RootedFiles _files;

    public IdentityOnDiskTests()
        : this(new RootedFiles())
    {
    }

    private IdentityOnDiskTests(RootedFiles files)
        : base(files) => _files = files;

    /// <inheritdoc/>
    public void Dispose() => _files.Dispose();
}
