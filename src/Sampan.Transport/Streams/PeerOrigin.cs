using System.Net;
using System.Net.Sockets;

namespace Sampan.Transport.Streams;

/// <summary>Where a connection comes from, as it is told and as it is counted.</summary>
internal static class PeerOrigin
{
    /// <summary>
    /// The address, and the part of it that one owner cannot change at will: without the port, and of IPv6 the network.
    /// </summary>
    public static (string Address, string Origin) Of(EndPoint? endpoint)
    {
        if (endpoint is not IPEndPoint { Address: var address, Port: var port })
        {
            return ("an unknown address", "an unknown address");
        }

        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (plain.AddressFamily != AddressFamily.InterNetworkV6 || IPAddress.IsLoopback(plain))
        {
            return ($"{new IPEndPoint(plain, port)}", $"{plain}");
        }

        var bytes = plain.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return ($"{new IPEndPoint(plain, port)}", $"{new IPAddress(bytes)}/64");
    }
}
