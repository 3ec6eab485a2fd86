using Google.Protobuf;
using Google.Protobuf.Reflection;
using Sampan.Grpc.Serving;

namespace Sampan.Grpc;

/// <summary>
/// Binds handlers to the methods of a service descriptor. A method without a handler answers UNIMPLEMENTED. A handler
/// runs on the thread pool, many at once; it must watch <see cref="GrpcCall.Cancellation"/>, since a deadline ends a
/// call only through it. It throws <see cref="GrpcException"/> to answer a status; any other exception is logged and
/// answered INTERNAL without its text.
/// </summary>
public sealed class GrpcServiceBuilder
{
    private readonly ServiceDescriptor _descriptor;
    private readonly Dictionary<string, MethodHandler> _handlers = new(StringComparer.Ordinal);

    /// <summary>A builder without handlers.</summary>
    /// <param name="descriptor">The service, from generated code (<c>XyzReflection.Descriptor.Services</c>).</param>
    public GrpcServiceBuilder(ServiceDescriptor descriptor)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        _descriptor = descriptor;
    }

    /// <summary>One request message, one response message.</summary>
    /// <exception cref="ArgumentException">
    /// The service has no such method, it streams, its messages are of other types, or it has a handler.
    /// </exception>
    public GrpcServiceBuilder Unary<TRequest, TResponse>(
        string method,
        Func<TRequest, GrpcCall, ValueTask<TResponse>> handler)
        where TRequest : class, IMessage
        where TResponse : class, IMessage
    {
        ArgumentNullException.ThrowIfNull(handler);
        var found = Find(method);
        RequireUnary(found);
        RequireTypes(found, (typeof(TRequest), typeof(TResponse)));
        return Add(new UnaryHandler<TRequest, TResponse>(found, handler));
    }

    /// <summary>
    /// One request message, one response message, both as protobuf bytes that nobody decodes here. The request's bytes
    /// belong to the handler, which may keep them; the response's bytes must not change after they are returned.
    /// </summary>
    /// <exception cref="ArgumentException">The service has no such method, it streams, or it has a handler.</exception>
    public GrpcServiceBuilder RawUnary(
        string method,
        Func<ReadOnlyMemory<byte>, GrpcCall, ValueTask<ReadOnlyMemory<byte>>> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        var found = Find(method);
        RequireUnary(found);
        return Add(new RawUnaryHandler(found, handler));
    }

    /// <summary>
    /// A stream of requests, of responses, or of both. For a method with a single request the handler reads one
    /// message; for one with a single response it writes one. The call ends when the handler's task does.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// The service has no such method, its messages are of other types, or it has a handler.
    /// </exception>
    public GrpcServiceBuilder Streaming<TRequest, TResponse>(
        string method,
        Func<GrpcStreamReader<TRequest>, GrpcStreamWriter<TResponse>, GrpcCall, Task> handler)
        where TRequest : class, IMessage
        where TResponse : class, IMessage
    {
        ArgumentNullException.ThrowIfNull(handler);
        var found = Find(method);
        RequireTypes(found, (typeof(TRequest), typeof(TResponse)));
        return Add(new StreamingHandler<TRequest, TResponse>(found, handler));
    }

    /// <summary>The service with the handlers given so far.</summary>
    public GrpcServiceDefinition Build()
    {
        var handlers = new List<MethodHandler>(_descriptor.Methods.Count);
        foreach (var method in _descriptor.Methods)
        {
            handlers.Add(_handlers.TryGetValue(method.Name, out var given) ? given : new MissingHandler(method));
        }

        return new GrpcServiceDefinition(_descriptor, handlers);
    }

    private GrpcServiceBuilder Add(MethodHandler handler)
    {
        if (!_handlers.TryAdd(handler.Name, handler))
        {
            throw new ArgumentException($"method is {handler.Name}, which has a handler already.", nameof(handler));
        }

        return this;
    }

    private MethodDescriptor Find(string method) =>
        _descriptor.FindMethodByName(method)
        ?? throw new ArgumentException(
            $"method is '{method}'; {_descriptor.FullName} has no such method.",
            nameof(method));

    private static void RequireUnary(MethodDescriptor method)
    {
        if (method.IsClientStreaming || method.IsServerStreaming)
        {
            throw new ArgumentException(
                $"method is {method.FullName}, which streams; allowed are methods that do not.",
                nameof(method));
        }
    }

    private static void RequireTypes(MethodDescriptor method, (Type Request, Type Response) given)
    {
        if (method.InputType.ClrType != given.Request || method.OutputType.ClrType != given.Response)
        {
            throw new ArgumentException(
                $"The handler of {method.FullName} takes {given.Request} and returns {given.Response}; the method has "
                + $"{method.InputType.FullName} and {method.OutputType.FullName}.",
                nameof(given));
        }
    }
}
