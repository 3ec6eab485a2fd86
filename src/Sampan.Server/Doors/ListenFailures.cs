using System.Net;
using System.Net.Sockets;

namespace Sampan.Server.Doors;

/// <summary>Why a port cannot be had, in one sentence that names the setting.</summary>
internal static class ListenFailures
{
    /// <summary>The sentence.</summary>
    /// <param name="exception">What the system said.</param>
    /// <param name="whose">Who is served there: client or peer.</param>
    /// <param name="endpoint">Where.</param>
    /// <param name="setting">The setting that says so.</param>
    public static string Explain(SocketException exception, string whose, IPEndPoint endpoint, string setting) =>
        exception.SocketErrorCode == SocketError.AddressAlreadyInUse
            ? $"The {whose} port {endpoint} is in use; stop what listens there, or choose another by --{setting} "
                + "(dev: --port)."
            : $"Cannot listen for {whose}s at {endpoint} (--{setting}): {exception.Message.TrimEnd('.')}.";
}
