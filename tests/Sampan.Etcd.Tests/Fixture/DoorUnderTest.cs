using System.Buffers.Binary;
using System.Globalization;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sampan.Grpc;
using Sampan.Testing;

namespace Sampan.Etcd.Tests.Fixture;

/// <summary>The services over a fake group, called through the whole pipeline of gRPC but without a network.</summary>
internal sealed class DoorUnderTest
{
    /// <summary>In every header.</summary>
    public const ulong ClusterId = 77;

    /// <summary>In every header.</summary>
    public const ulong MemberId = 1;

    private const int PrefixBytes = 5;

    private readonly RequestDelegate _pipeline;

    /// <summary>Doors with these settings.</summary>
    public DoorUnderTest(Func<EtcdServiceOptions, EtcdServiceOptions>? change = null)
    {
        var options = new EtcdServiceOptions
        {
            ClusterId = ClusterId,
            MemberId = MemberId,
            PeerUrls = new Dictionary<ulong, IReadOnlyList<string>> { [2] = ["http://two:2380"] },
        };
        var services = new ServiceCollection();
        services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        services.AddSingleton<IHostApplicationLifetime>(new Lifetime());
        var app = new ApplicationBuilder(services.BuildServiceProvider());
        app.UseGrpc(
            EtcdServices.Build(change?.Invoke(options) ?? options, Groups, Time),
            new GrpcServerOptions { ReceiveBytesMax = 4 * 1024 * 1024 },
            Time);
        _pipeline = app.Build();
    }

    /// <summary>The clock of everything.</summary>
    public ManualTime Time { get; } = new();

    /// <summary>Where the group is.</summary>
    public FakeDirectory Groups { get; } = new() { Group = new FakeGroup() };

    /// <summary>The group.</summary>
    public FakeGroup Group => Groups.Group ?? throw new InvalidOperationException("there is no group");

    /// <summary>
    /// If set, ends the wait of those who write the end of large answers: callers do not read before.
    /// </summary>
    public Task? Readers { get; set; }

    /// <summary>Calls a method, by its full name without the package of etcd's own services.</summary>
    public Task<Answer> CallAsync(string method, IMessage request, params (string Name, string Value)[] metadata) =>
        CallAsync(method, request.ToByteArray(), CancellationToken.None, metadata);

    /// <summary>Calls a method with bytes.</summary>
    public Task<Answer> CallAsync(
        string method, byte[] request, CancellationToken gone, params (string Name, string Value)[] metadata)
    {
        Task<Answer>? call = null;
        RunInline(() => call = RunAsync(method, request, metadata, gone));
        return call ?? throw new InvalidOperationException("it was not called");
    }

    /// <summary>Lets time pass; what waited for it has gone on when this returns.</summary>
    public void Advance(TimeSpan duration) => RunInline(() => Time.Advance(duration));

    /// <summary>Lets time pass until a call has ended.</summary>
    public async Task<Answer> EndAsync(Task<Answer> call)
    {
        while (!call.IsCompleted)
        {
            Advance(TimeSpan.FromMilliseconds(10));
            await Task.Yield();
        }

        return await call;
    }

    // Without a context that takes continuations away, they run where their cause is: so no test depends on threads.
    private static void RunInline(Action action)
    {
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            action();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    private async Task<Answer> RunAsync(
        string method, byte[] request, (string Name, string Value)[] metadata, CancellationToken gone)
    {
        using var answer = new AnswerStream(Readers ?? Task.CompletedTask);
        var http = new DefaultHttpContext();
        var trailers = new Trailers();
        http.Features.Set<IHttpResponseTrailersFeature>(trailers);
        http.RequestAborted = gone;
        http.Request.Method = "POST";
        http.Request.Protocol = "HTTP/2";
        http.Request.ContentType = "application/grpc";
        http.Request.Path = method.Contains('.', StringComparison.Ordinal) ? $"/{method}" : $"/etcdserverpb.{method}";
        foreach (var (name, value) in metadata)
        {
            http.Request.Headers[name] = value;
        }

        var body = new byte[PrefixBytes + request.Length];
        BinaryPrimitives.WriteInt32BigEndian(body.AsSpan(1), request.Length);
        request.CopyTo(body, PrefixBytes);
        using var sent = new MemoryStream(body);
        http.Request.Body = sent;
        http.Response.Body = answer;
        await _pipeline(http);
        await http.Response.CompleteAsync();

        var status = trailers.All.ContainsKey("grpc-status") ? trailers.All : http.Response.Headers;
        if (!status.TryGetValue("grpc-status", out var told))
        {
            // Nobody is there any more to be told.
            return new Answer(GrpcStatusCode.Cancelled, string.Empty, []);
        }

        var code = int.Parse(told.ToString(), CultureInfo.InvariantCulture);
        var message = Uri.UnescapeDataString(status["grpc-message"].ToString());
        var response = answer.ToArray().AsSpan(Math.Min((int)answer.Length, PrefixBytes)).ToArray();
        return new Answer((GrpcStatusCode)code, message, response);
    }

    private sealed class Trailers : IHttpResponseTrailersFeature
    {
        IHeaderDictionary IHttpResponseTrailersFeature.Trailers { get; set; } = new HeaderDictionary();

        public IHeaderDictionary All => ((IHttpResponseTrailersFeature)this).Trailers;
    }

    private sealed class Lifetime : IHostApplicationLifetime
    {
        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => CancellationToken.None;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication()
        {
        }
    }
}
