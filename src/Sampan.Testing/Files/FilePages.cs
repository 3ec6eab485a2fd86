namespace Sampan.Testing.Files;

/// <summary>
/// The bytes of a file in pages. A page is never written into, it is replaced: so a copy of a file costs one reference
/// a page, and a whole disk can be copied before each call of a script. Invariant: bytes at or beyond the length are
/// zero.
/// </summary>
internal sealed class FilePages
{
    /// <summary>The unit in which space is counted.</summary>
    public const int PageBytes = 4096;

    /// <summary>The unit that a disk writes; what a crash keeps or loses.</summary>
    public const int SectorBytes = 512;

    // A hole is null and reads as zeros.
    private readonly List<byte[]?> _pages;

    /// <summary>An empty file.</summary>
    public FilePages() => _pages = [];

    private FilePages(FilePages other)
    {
        _pages = [.. other._pages];
        LengthBytes = other.LengthBytes;
    }

    /// <summary>The length of the file.</summary>
    public long LengthBytes { get; private set; }

    /// <summary>Space taken on the disk.</summary>
    public long AllocatedBytes => (long)PageBytes * _pages.Count(page => page is not null);

    /// <summary>The same bytes, from here on apart.</summary>
    public FilePages Clone() => new(this);

    /// <summary>Reads; fewer bytes only at the end.</summary>
    public int Read(long offset, Span<byte> into)
    {
        var count = (int)Math.Clamp(LengthBytes - offset, 0, into.Length);
        CopyOut(offset, into[..count]);
        return count;
    }

    /// <summary>Writes and grows; counts how many bytes of new pages that takes.</summary>
    public void Write(long offset, ReadOnlySpan<byte> from)
    {
        if (from.Length == 0)
        {
            return;
        }

        Grow(offset + from.Length);
        while (from.Length > 0)
        {
            var within = (int)(offset % PageBytes);
            var count = Math.Min(from.Length, PageBytes - within);
            var page = Own((int)(offset / PageBytes));
            from[..count].CopyTo(page.AsSpan(within));
            offset += count;
            from = from[count..];
        }
    }

    /// <summary>How much more space a write would take.</summary>
    public long Demand(long offset, int length)
    {
        var demand = 0L;
        for (var page = offset / PageBytes; length > 0 && page <= (offset + length - 1) / PageBytes; page++)
        {
            demand += page < _pages.Count && _pages[(int)page] is not null ? 0 : PageBytes;
        }

        return demand;
    }

    /// <summary>Cuts, or extends by a hole.</summary>
    public void SetLength(long length)
    {
        if (length >= LengthBytes)
        {
            Grow(length);
            return;
        }

        var kept = (int)((length + PageBytes - 1) / PageBytes);
        _pages.RemoveRange(kept, _pages.Count - kept);
        var within = (int)(length % PageBytes);
        if (within > 0 && _pages[^1] is not null)
        {
            Own(_pages.Count - 1).AsSpan(within).Clear();
        }

        LengthBytes = length;
    }

    /// <summary>The sectors that cover the bytes, whole; beyond the end zeros.</summary>
    public byte[] Image(long firstSector, int sectors)
    {
        var image = new byte[sectors * SectorBytes];
        CopyOut(firstSector * SectorBytes, image);
        return image;
    }

    /// <summary>Puts bytes in place as far as the file reaches; it does not grow.</summary>
    public void Patch(long offset, ReadOnlySpan<byte> bytes)
    {
        var count = (int)Math.Clamp(LengthBytes - offset, 0, bytes.Length);
        Write(offset, bytes[..count]);
    }

    private void CopyOut(long offset, Span<byte> into)
    {
        while (into.Length > 0)
        {
            var within = (int)(offset % PageBytes);
            var count = Math.Min(into.Length, PageBytes - within);
            var index = offset / PageBytes;
            if (index < _pages.Count && _pages[(int)index] is { } page)
            {
                page.AsSpan(within, count).CopyTo(into);
            }
            else
            {
                into[..count].Clear();
            }

            offset += count;
            into = into[count..];
        }
    }

    private void Grow(long length)
    {
        LengthBytes = Math.Max(LengthBytes, length);
        var pages = (int)((LengthBytes + PageBytes - 1) / PageBytes);
        while (_pages.Count < pages)
        {
            _pages.Add(null);
        }
    }

    // A fresh array that only this table refers to until the next copy.
    private byte[] Own(int index)
    {
        var fresh = new byte[PageBytes];
        _pages[index]?.CopyTo(fresh, 0);
        _pages[index] = fresh;
        return fresh;
    }
}
