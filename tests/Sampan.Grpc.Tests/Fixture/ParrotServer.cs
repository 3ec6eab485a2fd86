using System.Collections.Concurrent;
using System.Net;
using Google.Protobuf.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sampan.Grpc.Tests.Protos;

namespace Sampan.Grpc.Tests.Fixture;

/// <summary>A server on a free port of the loopback, whose parrot does what the test says.</summary>
internal sealed class ParrotServer : IAsyncDisposable
{
    public const int ReceiveBytesMax = 256 * 1024;

    private readonly WebApplication _application;
    private readonly CapturedLogs _logs;

    private ParrotServer(WebApplication application, CapturedLogs logs)
    {
        _application = application;
        _logs = logs;
        Address = new Uri(application.Urls.First());
    }

    public static ServiceDescriptor Parrot => ParrotReflection.Descriptor.Services[0];

    public Uri Address { get; }

    /// <summary>What was logged so far, events of this room only, as "id text".</summary>
    public IReadOnlyCollection<string> Logs => _logs.Lines;

    public static MethodDescriptor Method(string name) => Parrot.FindMethodByName(name);

    public static async Task<ParrotServer> StartAsync(
        Action<GrpcServiceBuilder> bind,
        TimeProvider? time = null,
        GrpcHealth? health = null,
        bool isRouted = false,
        Action<GrpcServiceDefinition>? built = null,
        GrpcKestrelOptions? options = null,
        GrpcServerOptions? limits = null)
    {
        var clock = time ?? TimeProvider.System;
        var kestrelOptions = options ?? new GrpcKestrelOptions();
        var logs = new CapturedLogs();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(logs);
        builder.WebHost
            .UseGrpcKestrel(kestrelOptions)
            .ConfigureKestrel(kestrel =>
                kestrel.ListenGrpc(new IPEndPoint(IPAddress.Loopback, 0), kestrelOptions, clock));
        var application = builder.Build();
        var parrot = new GrpcServiceBuilder(Parrot);
        bind(parrot);
        var service = parrot.Build();
        built?.Invoke(service);
        var calls = limits ?? new GrpcServerOptions { ReceiveBytesMax = ReceiveBytesMax };
        if (isRouted)
        {
            application.MapGet("/version", () => "a page");
            application.MapGrpc([service], calls, clock, health);
        }
        else
        {
            application.UseGrpc([service], calls, clock, health);
            application.Run(http => http.Response.WriteAsync(http.Request.Path == "/host"
                ? http.Request.Host.Value ?? string.Empty
                : $"{http.Request.Protocol} {http.Request.Path}"));
        }

        await application.StartAsync();
        return new ParrotServer(application, logs);
    }

    /// <summary>A parrot that says what it hears, in every method but Forget, which has no handler.</summary>
    public static Task<ParrotServer> StartEchoAsync(
        TimeProvider? time = null, GrpcKestrelOptions? options = null, GrpcServerOptions? limits = null) => StartAsync(
        parrot => parrot
            .Unary<Phrase, Phrase>("Say", (request, _) => new(request))
            .Streaming<Phrase, Phrase>("Repeat", RepeatAsync)
            .Streaming<Phrase, Phrase>("Collect", CollectAsync)
            .Streaming<Phrase, Phrase>("Chat", ChatAsync),
        time,
        options: options,
        limits: limits);

    public static GrpcChannelOptions ChannelOptions(TimeProvider? time = null) =>
        new() { ReceiveBytesMax = 4 * ReceiveBytesMax, Time = time ?? TimeProvider.System };

    public GrpcChannel Open(TimeProvider? time = null) => new(Address, ChannelOptions(time));

    /// <summary>Lets the host stop; ends when it has.</summary>
    public Task StopAsync() => _application.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync();
        await _application.DisposeAsync();
    }

    private static async Task RepeatAsync(
        GrpcStreamReader<Phrase> requests,
        GrpcStreamWriter<Phrase> responses,
        GrpcCall call)
    {
        var request = await requests.ReadAsync();
        for (var i = 0; i < request!.Times; i++)
        {
            await responses.WriteAsync(new Phrase { Text = request.Text, Times = i });
        }
    }

    private static async Task CollectAsync(
        GrpcStreamReader<Phrase> requests,
        GrpcStreamWriter<Phrase> responses,
        GrpcCall call)
    {
        var all = new Phrase();
        await foreach (var request in requests.ReadAllAsync())
        {
            all.Text += request.Text;
            all.Times++;
        }

        await responses.WriteAsync(all);
    }

    private static async Task ChatAsync(
        GrpcStreamReader<Phrase> requests,
        GrpcStreamWriter<Phrase> responses,
        GrpcCall call)
    {
        await foreach (var request in requests.ReadAllAsync())
        {
            await responses.WriteAsync(request);
        }
    }

    private sealed class CapturedLogs : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _lines = new();

        public IReadOnlyCollection<string> Lines => _lines;

        public ILogger CreateLogger(string categoryName) =>
            categoryName == "Sampan.Grpc" ? this : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter) =>
            _lines.Enqueue($"{eventId.Id} {formatter(state, exception)} {exception?.Message}");

        public void Dispose()
        {
            // Nothing is held.
        }
    }
}
