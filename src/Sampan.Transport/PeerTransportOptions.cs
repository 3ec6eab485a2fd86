using System.Net;
using Sampan.Model;

namespace Sampan.Transport;

/// <summary>Whom a store talks to, and the bounds of it.</summary>
public sealed record PeerTransportOptions
{
    /// <summary>This store.</summary>
    public required StoreId Store { get; init; }

    /// <summary>Where it listens; port 0 takes a free one.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>The other stores. Of a pair the one with the smaller id dials.</summary>
    public required IReadOnlyList<PeerAddress> Peers { get; init; }

    /// <summary>Bytes of appends that wait for a store at most; what is more is dropped and reported.</summary>
    public long AppendBytesMax { get; init; } = 32 * 1024 * 1024;

    /// <summary>Of these, bytes of one group.</summary>
    public long GroupAppendBytesMax { get; init; } = 16 * 1024 * 1024;

    /// <summary>Bytes of control messages that wait for a store at most; what is more ends the stream.</summary>
    public long ControlBytesMax { get; init; } = 32 * 1024 * 1024;

    /// <summary>Bytes of snapshots that wait for a store at most; what is more ends the stream.</summary>
    public long SnapshotBytesMax { get; init; } = 32 * 1024 * 1024;

    /// <summary>Bytes of one message at most; a larger one ends the stream.</summary>
    public int MessageBytesMax { get; init; } = 64 * 1024 * 1024;

    /// <summary>How long the other side may take for a step of the handshake.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long it waits before it dials again: at first.</summary>
    public TimeSpan RedialMin { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How long it waits before it dials again: at most.</summary>
    public TimeSpan RedialMax { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How many connections are accepted at the same time at most.</summary>
    public int ConnectionsMax { get; init; } = 256;

    /// <summary>Of these, how many may be without having said hello; the oldest makes room.</summary>
    public int LobbyMax { get; init; } = 64;

    /// <summary>Throws <see cref="ArgumentException"/> for a setting that is out of its bounds.</summary>
    public void Validate()
    {
        Require(Store.Value != 0, nameof(Store), $"{Store}", "above 0");
        Require(AppendBytesMax > 0, nameof(AppendBytesMax), $"{AppendBytesMax}", "above 0");
        Require(GroupAppendBytesMax > 0, nameof(GroupAppendBytesMax), $"{GroupAppendBytesMax}", "above 0");
        Require(ControlBytesMax > 0, nameof(ControlBytesMax), $"{ControlBytesMax}", "above 0");
        Require(SnapshotBytesMax > 0, nameof(SnapshotBytesMax), $"{SnapshotBytesMax}", "above 0");
        Require(MessageBytesMax >= 4096, nameof(MessageBytesMax), $"{MessageBytesMax}", "at least 4096");
        Require(HandshakeTimeout > TimeSpan.Zero, nameof(HandshakeTimeout), $"{HandshakeTimeout}", "above 0");
        Require(RedialMin > TimeSpan.Zero, nameof(RedialMin), $"{RedialMin}", "above 0");
        Require(RedialMax >= RedialMin, nameof(RedialMax), $"{RedialMax}", $"at least RedialMin, {RedialMin}");
        Require(ConnectionsMax > 0, nameof(ConnectionsMax), $"{ConnectionsMax}", "above 0");
        Require(LobbyMax > 0, nameof(LobbyMax), $"{LobbyMax}", "above 0");
        Require(LobbyMax < ConnectionsMax, nameof(LobbyMax), $"{LobbyMax}", "below ConnectionsMax");
        foreach (var peer in Peers)
        {
            Require(peer.Store != Store, nameof(Peers), $"{peer}", "another store than this one");
            Require(peer.Port is > 0 and <= 65535, nameof(Peers), $"{peer}", "at a port from 1 to 65535");
        }
    }

    private static void Require(bool condition, string setting, string value, string allowed)
    {
        if (!condition)
        {
            throw new ArgumentException($"{setting} is {value}; it must be {allowed}.", setting);
        }
    }
}
