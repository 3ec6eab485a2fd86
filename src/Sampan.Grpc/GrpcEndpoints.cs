using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sampan.Grpc.Serving;

namespace Sampan.Grpc;

/// <summary>Puts services, with grpc.health.v1 and server reflection, into a web application.</summary>
public static class GrpcEndpoints
{
    /// <summary>
    /// Answers gRPC requests here and hands all others on. Put it first: a call then costs one look-up of its path, and
    /// no routing. Streaming calls are ended as UNAVAILABLE when the host begins to stop.
    /// </summary>
    /// <param name="app">The application; logger and host lifetime come from its services.</param>
    /// <param name="services">What is served, once each.</param>
    /// <param name="options">Bounds of the calls.</param>
    /// <param name="time">Measures deadlines.</param>
    /// <param name="health">What grpc.health.v1 answers; null means always serving.</param>
    /// <exception cref="ArgumentException">An option is not allowed, or a service stands there twice.</exception>
    public static void UseGrpc(
        this IApplicationBuilder app,
        IReadOnlyList<GrpcServiceDefinition> services,
        GrpcServerOptions options,
        TimeProvider time,
        GrpcHealth? health = null)
    {
        var logger = app.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger("Sampan.Grpc");
        var stopping = app.ApplicationServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        var all = WithOwn(services, health ?? new GrpcHealth());
        var dispatcher = new GrpcDispatcher(all, options, time, logger, stopping);
        app.Use(next => http => dispatcher.InvokeAsync(http, next));
    }

    /// <summary>
    /// The same behind endpoint routing, as what no other endpoint takes; other requests are answered 404. It costs
    /// more per call than <see cref="UseGrpc"/>.
    /// </summary>
    /// <param name="routes">The routes; logger and host lifetime come from their services.</param>
    /// <param name="services">What is served, once each.</param>
    /// <param name="options">Bounds of the calls.</param>
    /// <param name="time">Measures deadlines.</param>
    /// <param name="health">What grpc.health.v1 answers; null means always serving.</param>
    /// <exception cref="ArgumentException">An option is not allowed, or a service stands there twice.</exception>
    public static void MapGrpc(
        this IEndpointRouteBuilder routes,
        IReadOnlyList<GrpcServiceDefinition> services,
        GrpcServerOptions options,
        TimeProvider time,
        GrpcHealth? health = null)
    {
        var logger = routes.ServiceProvider.GetRequiredService<ILoggerFactory>().CreateLogger("Sampan.Grpc");
        var stopping = routes.ServiceProvider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        var all = WithOwn(services, health ?? new GrpcHealth());
        var dispatcher = new GrpcDispatcher(all, options, time, logger, stopping);
        routes.MapFallback("{**path}", http => dispatcher.InvokeAsync(http, NotFound));
    }

    private static Task NotFound(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private static List<GrpcServiceDefinition> WithOwn(IReadOnlyList<GrpcServiceDefinition> services, GrpcHealth health)
    {
        List<GrpcServiceDefinition> all = [.. services, HealthService.Build(health)];
        all.AddRange(ReflectionService.Build(all));
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var service in all)
        {
            if (!names.Add(service.Descriptor.FullName))
            {
                throw new ArgumentException($"services holds {service.Descriptor.FullName} twice.", nameof(services));
            }
        }

        health.Serve(names);
        return all;
    }
}
