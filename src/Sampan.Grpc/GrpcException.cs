namespace Sampan.Grpc;

/// <summary>
/// A call that ends with a status other than OK. A handler throws it to answer that status; a client's call throws it
/// when the server answered one, or when the call could not be made (<see cref="GrpcStatusCode.Unavailable"/>).
/// </summary>
public sealed class GrpcException : Exception
{
    /// <summary>A status with its sentence.</summary>
    /// <param name="code">Anything but <see cref="GrpcStatusCode.Ok"/>.</param>
    /// <param name="message">One sentence for the caller; it travels to the client as it is.</param>
    public GrpcException(GrpcStatusCode code, string message)
        : this(code, message, inner: null)
    {
    }

    /// <summary>A status with its sentence and what caused it; the cause stays on this side.</summary>
    /// <param name="code">Anything but <see cref="GrpcStatusCode.Ok"/>.</param>
    /// <param name="message">One sentence for the caller; it travels to the client as it is.</param>
    /// <param name="inner">The cause, for the log of this process.</param>
    /// <exception cref="ArgumentOutOfRangeException">The code is OK.</exception>
    public GrpcException(GrpcStatusCode code, string message, Exception? inner)
        : base(message, inner)
    {
        if (code == GrpcStatusCode.Ok)
        {
            throw new ArgumentOutOfRangeException(nameof(code), code, "OK is no error; return a response instead.");
        }

        Code = code;
    }

    /// <summary>The status; never OK.</summary>
    public GrpcStatusCode Code { get; }

    /// <summary>
    /// Further trailers: on a server they are sent with the status, on a client they are what came with it. Names are
    /// lower case; a name that ends in <c>-bin</c> holds base64.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, string>> Trailers { get; init; } = [];
}
