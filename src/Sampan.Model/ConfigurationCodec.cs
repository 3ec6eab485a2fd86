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
    /// not have written, and for what has more than <see cref="Configuration.MembersMax"/> members. Never allocates
    /// more than the input's size justifies.
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
            bytes[1] == 1, generation, (voters, outgoing, learners, learnersNext), members);
        return true;
    }

    /// <summary>
    /// Whether the lists are what <see cref="Configuration"/> asserts of its own. All of them are sorted, so one walk
    /// over the members meets everybody who is named.
    /// </summary>
    private static bool IsSound(
        ReplicaId[] voters,
        ReplicaId[] outgoing,
        ReplicaId[] learners,
        ReplicaId[] learnersNext,
        Member[] members,
        bool autoLeave)
    {
        if (!Ascending(voters) || !Ascending(outgoing) || !Ascending(learners) || !Ascending(learnersNext)
            || (outgoing.Length == 0 && (autoLeave || learnersNext.Length > 0)))
        {
            return false;
        }

        var (voter, leaver, learner, next) = (0, 0, 0, 0);
        var last = ReplicaId.None;
        foreach (var member in members)
        {
            var replica = member.Replica;
            var votes = IsNext(voters, ref voter, replica);
            var leaves = IsNext(outgoing, ref leaver, replica);
            var learns = IsNext(learners, ref learner, replica);
            var willLearn = IsNext(learnersNext, ref next, replica);
            var isInOnePart = learns ? !votes && !leaves : votes || leaves;
            if (replica.CompareTo(last) <= 0 || !isInOnePart || (willLearn && (votes || !leaves)))
            {
                return false;
            }

            last = replica;
        }

        // Whoever is named and was not met has no description.
        return voter == voters.Length && leaver == outgoing.Length && learner == learners.Length
            && next == learnersNext.Length;
    }

    private static bool IsNext(ReplicaId[] sorted, ref int position, ReplicaId replica)
    {
        if (position == sorted.Length || sorted[position] != replica)
        {
            return false;
        }

        position++;
        return true;
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
        return count is >= 0 and <= Configuration.MembersMax && count <= source.Length / itemBytes;
    }
}
