using Google.Protobuf;
using Sampan.Grpc;

namespace Sampan.Etcd;

/// <summary>Methods whose requests are parsed here, so that what cannot be parsed is told as by etcd.</summary>
internal static class ParsedMethods
{
    /// <summary>One request message, one response message.</summary>
    public static GrpcServiceBuilder Parsed<TRequest, TResponse>(
        this GrpcServiceBuilder builder,
        string method,
        MessageParser<TRequest> parser,
        Func<TRequest, GrpcCall, ValueTask<TResponse>> handler)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> => builder.RawUnary(
            method,
            async (bytes, call) =>
            {
                var response = await handler(EtcdDoor.Parse(parser, bytes), call).ConfigureAwait(false);
                return response.ToByteArray();
            });
}
