using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.MultiRaft.Tests.Fixture;

/// <summary>A snapshot being written in memory.</summary>
internal sealed class MemorySnapshotSink : ISnapshotSink
{
    private readonly Action<MemorySnapshot> _commit;
    private readonly Action? _disposed;
    private readonly List<(string Name, MemoryStream Bytes)> _files = [];

    /// <summary>Hands the snapshot over when it is committed.</summary>
    public MemorySnapshotSink(
        SnapshotMeta meta,
        IReadOnlyList<SnapshotFile> expected,
        Action<MemorySnapshot> commit,
        Action? disposed = null)
    {
        _disposed = disposed;
        Meta = meta;
        ExpectedFiles = expected;
        _commit = commit;
    }

    /// <summary>What a write throws; null for nothing.</summary>
    public Func<Exception?>? Fault { get; init; }

    /// <inheritdoc/>
    public SnapshotMeta Meta { get; }

    /// <inheritdoc/>
    public IReadOnlyList<SnapshotFile> ExpectedFiles { get; }

    /// <inheritdoc/>
    public long LengthBytes => _files.Sum(file => file.Bytes.Length);

    /// <inheritdoc/>
    public void BeginFile(string name) => _files.Add((name, new MemoryStream()));

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (Fault?.Invoke() is { } fault)
        {
            throw fault;
        }

        _files[^1].Bytes.Write(bytes);
    }

    /// <inheritdoc/>
    public void Commit()
    {
        var contents = _files.ToDictionary(file => file.Name, file => file.Bytes.ToArray(), StringComparer.Ordinal);
        SnapshotFile[] files = [.. _files.Select(file => new SnapshotFile(file.Name, file.Bytes.Length, 0))];
        _commit(new MemorySnapshot(Meta, files, contents));
    }

    /// <inheritdoc/>
    public void Dispose() => _disposed?.Invoke();
}
