using Sampan.Base;

namespace Sampan.Testing.Files;

/// <summary>
/// A change of a file that a crash may still lose, as whole sectors after the change. Immutable, so that copies of a
/// file share it.
/// </summary>
internal sealed class FileChange
{
    /// <summary>What it is.</summary>
    public required FileChangeKind Kind { get; init; }

    /// <summary>When the call began: a crash before that takes the change back.</summary>
    public required Instant Began { get; init; }

    /// <summary>When the call returned: a crash before that takes the promise of a sync back.</summary>
    public required Instant Ended { get; init; }

    /// <summary>The file's length after it.</summary>
    public long LengthBytes { get; init; }

    /// <summary>Where <see cref="Image"/> begins.</summary>
    public long FirstSector { get; init; }

    /// <summary>The sectors that it touched, as they were after it; zeros beyond the end of the file.</summary>
    public byte[] Image { get; init; } = [];

    /// <summary>Whether it fell out of the cache when a sync failed: it never reaches the disk.</summary>
    public bool IsLost { get; init; }

    /// <summary>Behind the last sector of <see cref="Image"/>.</summary>
    public long EndSector => FirstSector + (Image.Length / FilePages.SectorBytes);

    /// <summary>The bytes of one of its sectors.</summary>
    public ReadOnlySpan<byte> Sector(long sector) =>
        Image.AsSpan((int)(sector - FirstSector) * FilePages.SectorBytes, FilePages.SectorBytes);

    /// <summary>The same change of the sectors in [<paramref name="first"/>, <paramref name="end"/>).</summary>
    public FileChange Part(long first, long end)
    {
        var start = (int)(first - FirstSector) * FilePages.SectorBytes;
        var length = (int)(end - first) * FilePages.SectorBytes;
        return new FileChange
        {
            Kind = Kind,
            Began = Began,
            Ended = Ended,
            LengthBytes = LengthBytes,
            FirstSector = first,
            Image = Image.AsSpan(start, length).ToArray(),
            IsLost = IsLost,
        };
    }

    /// <summary>The same change, lost.</summary>
    public FileChange Lost() => new()
    {
        Kind = Kind,
        Began = Began,
        Ended = Ended,
        LengthBytes = LengthBytes,
        FirstSector = FirstSector,
        Image = Image,
        IsLost = true,
    };
}
