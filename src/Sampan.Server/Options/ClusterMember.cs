using System.Security.Cryptography;
using System.Text;

namespace Sampan.Server.Options;

/// <summary>A first member of a cluster, whose id follows from its peer URL and the cluster's token.</summary>
public sealed record ClusterMember
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Where others reach it.</summary>
    public required Uri PeerUrl { get; init; }

    /// <summary>Its id, of store and replica alike.</summary>
    public required ulong Id { get; init; }

    /// <summary>A member with the id that follows from its URL.</summary>
    public static ClusterMember Of(string name, Uri peerUrl, string token) =>
        new() { Name = name, PeerUrl = peerUrl, Id = IdOf(peerUrl, token) };

    /// <summary>The id of a member with this URL in the cluster with this token.</summary>
    public static ulong IdOf(Uri peerUrl, string token) => Hash($"{Text(peerUrl)}\n{token}");

    /// <summary>The id of the cluster of these members.</summary>
    public static ulong ClusterIdOf(IEnumerable<ClusterMember> members) =>
        Hash(string.Join('\n', members.Select(member => member.Id).Order()));

    /// <inheritdoc/>
    public override string ToString() => $"{Name}={Text(PeerUrl)}";

    /// <summary>A URL as etcd writes it: without the slash at its end.</summary>
    public static string Text(Uri url) => $"{url.Scheme}://{url.Authority}";

    private static ulong Hash(string text)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(text));
        var id = System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(hash);
        return id == 0 ? 1 : id;
    }
}
