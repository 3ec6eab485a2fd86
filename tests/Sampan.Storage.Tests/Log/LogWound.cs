using Sampan.Base;
using Sampan.Io;
using Sampan.Storage.Log;
using Sampan.Testing.Files;

namespace Sampan.Storage.Tests.Log;

/// <summary>One thing that a disk does to a segment.</summary>
internal sealed record LogWound(string Path, LogWoundKind Kind, int Offset)
{
    private const int SectorBytes = 512;

    /// <summary>Any wound at any place of a segment that is in use; mostly where something was written.</summary>
    public static LogWound Draw(Prng prng, SimulatedFileSystem disk)
    {
        var names = disk.List(LogScripts.Folder)
            .Where(name => name.EndsWith(".log", StringComparison.Ordinal))
            .ToList();
        var path = $"{LogScripts.Folder}/{names[prng.NextBelow(names.Count)]}";
        var bytes = disk.Peek(path);
        var end = Array.FindLastIndex(bytes, each => each != 0) + 1;
        var below = prng.Chance(1, 8) || end == 0 ? bytes.Length : end;
        var kinds = Enum.GetValues<LogWoundKind>();
        return new LogWound(path, kinds[prng.NextBelow(kinds.Length)], prng.NextBelow(Math.Max(1, below)));
    }

    /// <summary>Does it.</summary>
    public void Strike(SimulatedFileSystem disk, Prng prng)
    {
        using var file = disk.Open(Path, FileOpenMode.ReadWrite);
        if (Kind == LogWoundKind.Cut)
        {
            file.SetLength(Offset);
            file.Sync();
            return;
        }

        var size = Kind switch
        {
            LogWoundKind.FlippedBit => 1,
            LogWoundKind.ZeroSector or LogWoundKind.NoisySector => SectorBytes,
            _ => LogFormat.BlockBytes,
        };
        var start = Offset / size * size;
        var bytes = new byte[size];
        if (file.Read(start, bytes) < size)
        {
            return;
        }

        Change(bytes, prng);
        file.Write(start, bytes);
        file.Sync();
    }

    private void Change(Span<byte> bytes, Prng prng)
    {
        switch (Kind)
        {
            case LogWoundKind.FlippedBit:
                bytes[0] ^= (byte)(1 << prng.NextBelow(8));
                break;
            case LogWoundKind.ZeroSector or LogWoundKind.ZeroBlock:
                bytes.Clear();
                break;
            default:
                prng.Fill(bytes);
                break;
        }
    }
}
