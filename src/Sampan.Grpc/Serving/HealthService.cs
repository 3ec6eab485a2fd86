using Sampan.Grpc.Protos.Health;

namespace Sampan.Grpc.Serving;

/// <summary>grpc.health.v1 over the states of <see cref="GrpcHealth"/>.</summary>
internal static class HealthService
{
    public static GrpcServiceDefinition Build(GrpcHealth health) =>
        new GrpcServiceBuilder(HealthReflection.Descriptor.Services[0])
            .Unary<HealthCheckRequest, HealthCheckResponse>("Check", (request, _) => new(Check(health, request)))
            .Streaming<HealthCheckRequest, HealthCheckResponse>(
                "Watch",
                (requests, responses, call) => WatchAsync(health, requests, responses, call))
            .Build();

    private static HealthCheckResponse Check(GrpcHealth health, HealthCheckRequest request)
    {
        var (status, _) = health.Observe(request.Service);
        return status == HealthCheckResponse.Types.ServingStatus.ServiceUnknown
            ? throw new GrpcException(GrpcStatusCode.NotFound, $"There is no service '{request.Service}' here.")
            : new HealthCheckResponse { Status = status };
    }

    private static async Task WatchAsync(
        GrpcHealth health,
        GrpcStreamReader<HealthCheckRequest> requests,
        GrpcStreamWriter<HealthCheckResponse> responses,
        GrpcCall call)
    {
        var request = await requests.ReadAsync().ConfigureAwait(false)
            ?? throw new GrpcException(GrpcStatusCode.InvalidArgument, "The request has no message.");
        HealthCheckResponse.Types.ServingStatus? told = null;
        while (true)
        {
            var (status, changed) = health.Observe(request.Service);
            if (status != told)
            {
                told = status;
                await responses.WriteAsync(new HealthCheckResponse { Status = status }).ConfigureAwait(false);
            }

            await changed.WaitAsync(call.Cancellation).ConfigureAwait(false);
        }
    }
}
