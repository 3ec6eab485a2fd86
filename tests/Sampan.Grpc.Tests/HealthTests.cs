using Sampan.Grpc.Protos.Health;
using Sampan.Grpc.Tests.Fixture;
using ServingStatus = Sampan.Grpc.Protos.Health.HealthCheckResponse.Types.ServingStatus;

namespace Sampan.Grpc.Tests;

/// <summary>Purpose: balancers and probes learn from grpc.health.v1 whether to send calls.</summary>
public sealed class HealthTests
{
    private const string Parrot = "sampan.grpc.test.Parrot";

    /// <summary>A served service follows the server as a whole until it is set by name.</summary>
    [Fact]
    public async Task Check_tells_what_was_set()
    {
        var health = new GrpcHealth();
        await using var server = await ParrotServer.StartAsync(_ => { }, health: health);
        using var channel = server.Open();
        Assert.Equal(ServingStatus.Serving, await CheckAsync(channel, string.Empty));
        Assert.Equal(ServingStatus.Serving, await CheckAsync(channel, Parrot));
        health.Set(string.Empty, isServing: false);
        Assert.Equal(ServingStatus.NotServing, await CheckAsync(channel, string.Empty));
        Assert.Equal(ServingStatus.NotServing, await CheckAsync(channel, Parrot));
        health.Set(Parrot, isServing: true);
        Assert.Equal(ServingStatus.Serving, await CheckAsync(channel, Parrot));
        var error = await Assert.ThrowsAsync<GrpcException>(() => CheckAsync(channel, "no.such.Service"));
        Assert.Equal(GrpcStatusCode.NotFound, error.Code);
    }

    /// <summary>A watcher is told the state at once and each change of it, and nothing twice.</summary>
    [Fact]
    public async Task Watch_tells_changes()
    {
        var health = new GrpcHealth();
        await using var server = await ParrotServer.StartAsync(_ => { }, health: health);
        using var channel = server.Open();
        using var call = channel.Open<HealthCheckRequest, HealthCheckResponse>(
            HealthReflection.Descriptor.Services[0].FindMethodByName("Watch"),
            GrpcCallOptions.None,
            CancellationToken.None);
        await call.WriteAsync(new HealthCheckRequest { Service = "later" });
        call.CompleteRequests();
        Assert.Equal(ServingStatus.ServiceUnknown, (await call.ReadAsync())?.Status);
        health.Set("later", isServing: true);
        Assert.Equal(ServingStatus.Serving, (await call.ReadAsync())?.Status);
        health.Set("later", isServing: true);
        health.Set("other", isServing: true);
        health.Set("later", isServing: false);
        Assert.Equal(ServingStatus.NotServing, (await call.ReadAsync())?.Status);
    }

    private static async Task<ServingStatus> CheckAsync(GrpcChannel channel, string service)
    {
        var answer = await channel.UnaryAsync<HealthCheckRequest, HealthCheckResponse>(
            HealthReflection.Descriptor.Services[0].FindMethodByName("Check"),
            new HealthCheckRequest { Service = service },
            GrpcCallOptions.None,
            CancellationToken.None);
        return answer.Status;
    }
}
