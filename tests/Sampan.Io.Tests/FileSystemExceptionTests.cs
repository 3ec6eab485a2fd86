namespace Sampan.Io.Tests;

/// <summary>Purpose: a failure of the file system tells what failed, where and why.</summary>
public sealed class FileSystemExceptionTests
{
    [Fact]
    public void It_names_the_call_the_file_and_the_kind()
    {
        var failure = new FileSystemException(FileFailure.NoSpace, "write", "a/b", "No space left on device");
        Assert.Equal("write of a/b failed: No space left on device", failure.Message);
        Assert.Equal(FileFailure.NoSpace, failure.Failure);
    }
}
