namespace Sampan.Storage.Tests.Log;

/// <summary>Purpose: as <see cref="LogStartMatrixSuite"/>, on simulated files.</summary>
public sealed class LogStartMatrixTests : LogStartMatrixSuite
{
    public LogStartMatrixTests()
        : base(LogScripts.Disk())
    {
    }
}
