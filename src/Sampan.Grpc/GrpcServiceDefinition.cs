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
}
