using Sampan.Base;
using Sampan.Testing.Files;

namespace Sampan.Testing.Tests.Files;

/// <summary>Purpose: the simulated file system keeps the contract of all file systems.</summary>
public sealed class FileSystemSuiteTests
{
    public static TheoryData<string> Cases => [.. FileSystemSuite.Names];

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_simulated_file_system_passes(string name) =>
        new FileSystemSuite(new SimulatedFileSystem(new Prng(1)), "/").Run(name);
}
