using System.Buffers.Binary;

namespace Sampan.Model.Tests;

/// <summary>
/// What makes a configuration sound, list by list as its documentation says it, without any thought of speed.
/// </summary>
internal static class NaiveConfiguration
{
    /// <summary>Whether these bytes are a sound configuration.</summary>
    public static bool IsSound(byte[] bytes)
    {
        var rest = bytes.AsSpan(10);
        if (bytes[0] != 1 || bytes[1] > 1 || !TryRead(ref rest, 8, out var voters)
            || !TryRead(ref rest, 8, out var outgoing) || !TryRead(ref rest, 8, out var learners)
            || !TryRead(ref rest, 8, out var next) || !TryRead(ref rest, 36, out var members) || rest.Length > 0)
        {
            return false;
        }

        var named = voters.Concat(outgoing).Concat(learners).Distinct().Order();
        return Array.TrueForAll([voters, outgoing, learners, next, members], IsAscending)
            && (outgoing.Length > 0 || (next.Length == 0 && bytes[1] == 0))
            && !learners.Intersect(voters.Concat(outgoing)).Any()
            && next.All(id => outgoing.Contains(id) && !voters.Contains(id))
            && named.SequenceEqual(members)
            && !members.Contains(0UL);
    }

    private static bool IsAscending(ulong[] ids) => ids.SequenceEqual(ids.Distinct().Order());

    private static bool TryRead(ref Span<byte> rest, int itemBytes, out ulong[] ids)
    {
        ids = [];
        if (rest.Length < 4)
        {
            return false;
        }

        var count = BinaryPrimitives.ReadInt32LittleEndian(rest);
        rest = rest[4..];
        if (count < 0 || count > rest.Length / itemBytes)
        {
            return false;
        }

        ids = new ulong[count];
        for (var i = 0; i < count; i++)
        {
            ids[i] = BinaryPrimitives.ReadUInt64LittleEndian(rest[(i * itemBytes)..]);
        }

        rest = rest[(count * itemBytes)..];
        return true;
    }
}
