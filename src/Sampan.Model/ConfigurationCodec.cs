using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Sampan.Base;

namespace Sampan.Model;

/// <summary>
/// The bytes of a configuration in a log entry, a snapshot and a bootstrap mark. Little-endian:
/// format (1) = 1, flags (1: 1 = leave by itself), recovery generation (8), then five lists, each a count (4) and its
/// items: voters, outgoing voters, learners, next learners (8 each), members (8 replica, 8 store, 16 incarnation,
/// 4 priority).
/// </summary>
public static class ConfigurationCodec
{
    /// <summary>
    /// The most bytes: <see cref="Configuration.MembersMax"/> members, each of which stands in two lists of ids at most
    /// (a voter of both halves, or one that leaves the voters to become a learner).
    /// </summary>
    public const int BytesMax = HeaderBytes + (5 * 4) + (Configuration.MembersMax * ((2 * 8) + MemberBytes));

    private const byte Format = 1;
    private const int HeaderBytes = 10;
    private const int MemberBytes = 36;

    /// <summary>Encodes into a new array; what has more than the most members must never come here.</summary>
    public static byte[] Encode(Configuration configuration)
    {
        Invariant.Holds(
            configuration.Members.Length <= Configuration.MembersMax,
            (ulong)configuration.Members.Length,
            Configuration.MembersMax);
        var ids = configuration.Voters.Length + configuration.VotersOutgoing.Length
            + configuration.Learners.Length + configuration.LearnersNext.Length;
        var bytes = new byte[HeaderBytes + (5 * 4) + (ids * 8) + (configuration.Members.Length * MemberBytes)];
        bytes[0] = Format;
        bytes[1] = configuration.AutoLeave ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(2), configuration.RecoveryGeneration);
        var rest = bytes.AsSpan(HeaderBytes);
        rest = WriteIds(rest, configuration.Voters);
        rest = WriteIds(rest, configuration.VotersOutgoing);
        rest = WriteIds(rest, configuration.Learners);
        rest = WriteIds(rest, configuration.LearnersNext);
        WriteMembers(rest, configuration.Members);
        return bytes;
    }

    /// <summary>
    /// Decodes all of <paramref name="bytes"/>; false, and nothing else, for anything that <see cref="Encode"/> would
    /// not have written. Never allocates more than the input's size justifies.
    /// </summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out Configuration? configuration)
    {
        configuration = null;
        if (bytes.Length < HeaderBytes || bytes[0] != Format || bytes[1] > 1)
        {
            return false;
        }

        var generation = BinaryPrimitives.ReadUInt64LittleEndian(bytes[2..]);
        var rest = bytes[HeaderBytes..];
        if (!TryReadIds(ref rest, out var voters)
            || !TryReadIds(ref rest, out var outgoing)
            || !TryReadIds(ref rest, out var learners)
            || !TryReadIds(ref rest, out var learnersNext)
            || !TryReadMembers(ref rest, out var members)
            || rest.Length != 0
            || members.Length > Configuration.MembersMax)
        {
            return false;
        }

        if (!IsSound(voters, outgoing, learners, learnersNext, members, autoLeave: bytes[1] == 1))
        {
            return false;
        }

        configuration = new Configuration(
            voters, outgoing, learners, learnersNext, bytes[1] == 1, members, generation);
        return true;
    }

    private static bool IsSound(
        ReplicaId[] voters,
        ReplicaId[] outgoing,
        ReplicaId[] learners,
        ReplicaId[] learnersNext,
        Member[] members,
        bool autoLeave)
    {
        if (!Ascending(voters) || !Ascending(outgoing) || !Ascending(learners) || !Ascending(learnersNext)
            || !Ascending(Array.ConvertAll(members, member => member.Replica)))
        {
            return false;
        }

        if (outgoing.Length == 0 && (autoLeave || learnersNext.Length > 0))
        {
            return false;
        }

        var named = new SortedSet<ReplicaId>([.. voters, .. outgoing, .. learners]);
        return !learners.Intersect(voters).Any()
            && !learners.Intersect(outgoing).Any()
            && learnersNext.All(replica => outgoing.Contains(replica) && !voters.Contains(replica))
            && named.SetEquals(members.Select(member => member.Replica))
            && !named.Contains(ReplicaId.None);
    }

    private static bool Ascending(ReplicaId[] replicas)
    {
        for (var i = 1; i < replicas.Length; i++)
        {
            if (replicas[i - 1].CompareTo(replicas[i]) >= 0)
            {
                return false;
            }
        }

        return true;
    }

    private static Span<byte> WriteIds(Span<byte> destination, ReadOnlySpan<ReplicaId> replicas)
    {
        BinaryPrimitives.WriteInt32LittleEndian(destination, replicas.Length);
        destination = destination[4..];
        foreach (var replica in replicas)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(destination, replica.Value);
            destination = destination[8..];
        }

        return destination;
    }

    private static void WriteMembers(Span<byte> destination, ReadOnlySpan<Member> members)
    {
        BinaryPrimitives.WriteInt32LittleEndian(destination, members.Length);
        destination = destination[4..];
        foreach (var member in members)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(destination, member.Replica.Value);
            BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], member.Store.Value);
            BinaryPrimitives.WriteUInt64LittleEndian(destination[16..], member.Incarnation.High);
            BinaryPrimitives.WriteUInt64LittleEndian(destination[24..], member.Incarnation.Low);
            BinaryPrimitives.WriteInt32LittleEndian(destination[32..], member.Priority);
            destination = destination[MemberBytes..];
        }
    }

    private static bool TryReadIds(ref ReadOnlySpan<byte> source, out ReplicaId[] replicas)
    {
        replicas = [];
        if (!TryReadCount(ref source, itemBytes: 8, out var count))
        {
            return false;
        }

        replicas = new ReplicaId[count];
        for (var i = 0; i < count; i++)
        {
            replicas[i] = new ReplicaId(BinaryPrimitives.ReadUInt64LittleEndian(source[(i * 8)..]));
        }

        source = source[(count * 8)..];
        return true;
    }

    private static bool TryReadMembers(ref ReadOnlySpan<byte> source, out Member[] members)
    {
        members = [];
        if (!TryReadCount(ref source, itemBytes: MemberBytes, out var count))
        {
            return false;
        }

        members = new Member[count];
        for (var i = 0; i < count; i++)
        {
            var item = source[(i * MemberBytes)..];
            members[i] = new Member(
                new ReplicaId(BinaryPrimitives.ReadUInt64LittleEndian(item)),
                new StoreId(BinaryPrimitives.ReadUInt64LittleEndian(item[8..])),
                new Incarnation(
                    BinaryPrimitives.ReadUInt64LittleEndian(item[16..]),
                    BinaryPrimitives.ReadUInt64LittleEndian(item[24..])),
                BinaryPrimitives.ReadInt32LittleEndian(item[32..]));
        }

        source = source[(count * MemberBytes)..];
        return true;
    }

    private static bool TryReadCount(ref ReadOnlySpan<byte> source, int itemBytes, out int count)
    {
        count = 0;
        if (source.Length < 4)
        {
            return false;
        }

        count = BinaryPrimitives.ReadInt32LittleEndian(source);
        source = source[4..];
        return count >= 0 && count <= source.Length / itemBytes;
    }
}
