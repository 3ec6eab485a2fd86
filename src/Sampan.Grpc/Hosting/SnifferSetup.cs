using Microsoft.AspNetCore.Connections;

namespace Sampan.Grpc.Hosting;

/// <summary>Where connections go, and how long they may take to decide it.</summary>
internal sealed record SnifferSetup(
    ConnectionDelegate Http2,
    HandOverEndPoint Http1,
    TimeSpan Timeout,
    TimeProvider Time);
