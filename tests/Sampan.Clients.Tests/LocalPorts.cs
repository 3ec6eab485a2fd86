using System.Net;
using System.Net.Sockets;
using Sampan.Base;

namespace Sampan.Clients.Tests;

/// <summary>Free ports below the range from which the system gives ports to whoever dials.</summary>
internal static class LocalPorts
{
    /// <summary>So many, all different.</summary>
    public static int[] Take(int count)
    {
        var prng = new Prng((ulong)Environment.ProcessId);
        var ports = new SortedSet<int>();
        while (ports.Count < count)
        {
            var port = 20_000 + prng.NextBelow(12_000);
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                ports.Add(port);
            }
            catch (SocketException)
            {
                // Taken; the next one may be free.
            }
        }

        return [.. ports];
    }
}
