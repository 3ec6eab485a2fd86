using Google.Protobuf.Reflection;

namespace Sampan.Grpc.Serving;

/// <summary>What answers the calls of one method.</summary>
internal abstract class MethodHandler
{
    protected MethodHandler(MethodDescriptor method)
    {
        Name = method.Name;
        FullName = $"{method.Service.FullName}/{method.Name}";
        Path = "/" + FullName;
        Descriptor = method;
    }

    public MethodDescriptor Descriptor { get; }

    public CallCounts Counts { get; } = new();

    public string Name { get; }

    public string FullName { get; }

    public string Path { get; }

    /// <summary>Whether calls may live long; they are ended when the server stops.</summary>
    public virtual bool IsStreaming => false;

    /// <summary>Answers a call in full, with a response or a status; never fails.</summary>
    public abstract Task InvokeAsync(GrpcCall call);
}
