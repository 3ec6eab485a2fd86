using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Etcd.Machine.Tests;

/// <summary>A snapshot of one file, in memory.</summary>
internal sealed class MemorySnapshotFile : ISnapshotSink, ISnapshotSource
{
    private readonly MemoryStream _bytes = new();
    private string _name = "etcd";

    /// <summary>An empty one.</summary>
    public MemorySnapshotFile()
    {
    }

    /// <summary>One with these bytes.</summary>
    public MemorySnapshotFile(byte[] bytes) => _bytes.Write(bytes);

    /// <summary>What it holds.</summary>
    public byte[] Bytes => _bytes.ToArray();

    /// <inheritdoc cref="ISnapshotSink.Meta"/>
    public SnapshotMeta Meta { get; } =
        new(new LogId(1, 1), new ConfigurationEntry(0, Configuration.Empty), timeTicks: 0);

    /// <inheritdoc/>
    public IReadOnlyList<SnapshotFile> ExpectedFiles => [];

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Manifest => default;

    /// <inheritdoc/>
    public IReadOnlyList<SnapshotFile> Files => [new SnapshotFile(_name, _bytes.Length, 0)];

    /// <inheritdoc/>
    public long LengthBytes => _bytes.Length;

    /// <inheritdoc/>
    public void BeginFile(string name) => _name = name;

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> bytes) => _bytes.Write(bytes);

    /// <inheritdoc/>
    public void Commit()
    {
        // It is in memory.
    }

    /// <inheritdoc/>
    public int Read(string file, long offsetBytes, Span<byte> into)
    {
        // Short reads, so that the reader's refilling is tried.
        var count = (int)Math.Min(Math.Min(into.Length, 1000), _bytes.Length - offsetBytes);
        Bytes.AsSpan((int)offsetBytes, count).CopyTo(into);
        return count;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // It is read again.
    }
}
