using Google.Protobuf.Reflection;
using Sampan.Grpc.Serving;

namespace Sampan.Grpc;

/// <summary>
/// A service with its handlers, ready to be mapped; made by <see cref="GrpcServiceBuilder"/>. Immutable.
/// </summary>
public sealed class GrpcServiceDefinition
{
    internal GrpcServiceDefinition(ServiceDescriptor descriptor, IReadOnlyList<MethodHandler> handlers)
    {
        Descriptor = descriptor;
        Handlers = handlers;
    }

    /// <summary>What is served; reflection tells clients about it.</summary>
    public ServiceDescriptor Descriptor { get; }

    internal IReadOnlyList<MethodHandler> Handlers { get; }

    /// <summary>The calls so far of every method, as of now; for metrics. Any thread.</summary>
    public IReadOnlyList<GrpcMethodCalls> CountCalls() =>
    [
        .. Handlers.Select(handler => new GrpcMethodCalls
        {
            Service = handler.Descriptor.Service.FullName,
            Method = handler.Name,
            Kind = KindOf(handler.Descriptor),
            Started = handler.Counts.Started,
            Ended =
            [
                .. Enum.GetValues<GrpcStatusCode>()
                    .Select(code => KeyValuePair.Create(code, handler.Counts.Ended(code)))
                    .Where(count => count.Value > 0),
            ],
        }),
    ];

    private static string KindOf(MethodDescriptor method) => (method.IsClientStreaming, method.IsServerStreaming) switch
    {
        (false, false) => "unary",
        (true, false) => "client_stream",
        (false, true) => "server_stream",
        _ => "bidi_stream",
    };
}
