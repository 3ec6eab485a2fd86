using Sampan.Base;
using Sampan.Io;
using Sampan.Storage.Log;

namespace Sampan.Storage.Tests.Log;

/// <summary>
/// The same histories on the operating system's files, where a crash is merely an end without a word.
/// </summary>
public sealed class LogOnDiskTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sampan-log-").FullName;

    /// <summary>Lives that end without a word, and what the next one finds.</summary>
    [Fact]
    public void Histories_are_found_again()
    {
        var files = new OsFileSystem();
        var prng = new Prng(21);
        var model = new LogModel();
        var folder = Path.Combine(_folder, "log");
        for (var life = 0; life < 4; life++)
        {
            using var log = SegmentedLog.Open(files, folder, LogScripts.Options, out var store);
            Assert.Equal(model.Describe(), LogModel.Describe(log, store));
            for (var i = 0; i < 120; i++)
            {
                var batch = LogScripts.Draw(prng, model);
                log.Append(batch);
                model.Take(batch);
                if (i % 16 == 0)
                {
                    log.MarkIdle();
                    log.PrepareSpares();
                }
            }
        }

        using var last = SegmentedLog.Open(files, folder, LogScripts.Options, out var found);
        Assert.Equal(model.Describe(), LogModel.Describe(last, found));
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
