using Google.Protobuf.Reflection;

namespace Sampan.Grpc.Serving;

/// <summary>Answers for a method that the service has and this server does not serve.</summary>
internal sealed class MissingHandler(MethodDescriptor method) : MethodHandler(method)
{
    /// <inheritdoc/>
    public override Task InvokeAsync(GrpcCall call)
    {
        call.Fail(new GrpcException(GrpcStatusCode.Unimplemented, $"{FullName} is not supported yet by this server."));
        call.Release();
        return Task.CompletedTask;
    }
}
