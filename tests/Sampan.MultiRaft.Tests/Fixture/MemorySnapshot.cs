using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.MultiRaft.Tests.Fixture;

/// <summary>A complete snapshot in memory.</summary>
internal sealed class MemorySnapshot : ISnapshotSource
{
    private readonly Dictionary<string, byte[]> _contents;
    private Func<Exception?>? _fault;

    /// <summary>A snapshot of these files.</summary>
    public MemorySnapshot(SnapshotMeta meta, IReadOnlyList<SnapshotFile> files, Dictionary<string, byte[]> contents)
    {
        Meta = meta;
        Files = files;
        _contents = contents;
    }

    /// <inheritdoc/>
    public SnapshotMeta Meta { get; }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Manifest { get; private init; }

    /// <inheritdoc/>
    public IReadOnlyList<SnapshotFile> Files { get; }

    /// <inheritdoc/>
    public int Read(string file, long offsetBytes, Span<byte> into)
    {
        if (_fault?.Invoke() is { } fault)
        {
            throw fault;
        }

        var rest = _contents[file].AsSpan((int)offsetBytes);
        var count = Math.Min(rest.Length, into.Length);
        rest[..count].CopyTo(into);
        return count;
    }

    /// <summary>The same under a manifest.</summary>
    public MemorySnapshot WithManifest(int number) =>
        new(Meta, Files, _contents) { Manifest = BitConverter.GetBytes(number) };

    /// <summary>The same, opened: reading it throws what is given, if anything.</summary>
    public MemorySnapshot Opened(Func<Exception?> fault) =>
        new(Meta, Files, _contents) { Manifest = Manifest, _fault = fault };

    /// <inheritdoc/>
    public void Dispose()
    {
        // Nothing is held.
    }
}
