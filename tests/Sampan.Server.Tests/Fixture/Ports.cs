using System.Net;
using System.Net.Sockets;

namespace Sampan.Server.Tests.Fixture;

/// <summary>
/// Free ports, for stores that must know each other's before any of them listens. They are below those that the system
/// gives to connections, so that no connection takes one between its choice and its use.
/// </summary>
internal static class Ports
{
    private const int First = 10_000;
    private const int Count = 20_000;

    // Test processes that run at the same time look in different places, and tests of one never in the same.
    private static int _taken = Environment.ProcessId * 97 % Count;

    /// <summary>So many different ports of the loopback that nobody listens on.</summary>
    public static int[] Take(int count)
    {
        var held = new List<Socket>();
        try
        {
            while (held.Count < count)
            {
                var next = First + (Interlocked.Increment(ref _taken) % Count);
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                held.Add(socket);
                try
                {
                    socket.Bind(new IPEndPoint(IPAddress.Loopback, next));
                }
                catch (SocketException)
                {
                    held.Remove(socket);
                    socket.Dispose();
                }
            }

            return [.. held.Select(socket => ((IPEndPoint?)socket.LocalEndPoint)?.Port ?? 0)];
        }
        finally
        {
            held.ForEach(socket => socket.Dispose());
        }
    }
}
