using Sampan.Grpc.Protos.Health;
using Sampan.Grpc.Tests.Fixture;
using Sampan.Grpc.Tests.Protos;
using Sampan.Grpc.Wire;

namespace Sampan.Grpc.Tests;

/// <summary>Purpose: a service that is bound wrongly fails when it is bound, not when it is called.</summary>
public sealed class BuilderTests
{
    [Fact]
    public void Wrong_bindings_are_refused()
    {
        var builder = new GrpcServiceBuilder(ParrotServer.Parrot);
        AssertRefused("Sing", () => builder.RawUnary("Sing", (_, _) => default));
        AssertRefused("streams", () => builder.RawUnary("Chat", (_, _) => default));
        AssertRefused("streams", () => builder.Unary<Phrase, Phrase>("Repeat", (_, _) => default));
        AssertRefused("Phrase", () => builder.Unary<Phrase, HealthCheckResponse>("Say", (_, _) => default));
        AssertRefused(
            "Phrase",
            () => builder.Streaming<HealthCheckRequest, Phrase>("Chat", (_, _, _) => Task.CompletedTask));
        builder.RawUnary("Say", (_, _) => default);
        AssertRefused("already", () => builder.RawUnary("Say", (_, _) => default));
    }

    [Fact]
    public void Wrong_options_are_refused()
    {
        AssertRefused("ReceiveBytesMax is 0;", () => new GrpcServerOptions { ReceiveBytesMax = 0 }.Validate());
        AssertRefused(
            "CompressFromBytes is -1;",
            () => new GrpcServerOptions { ReceiveBytesMax = 1, CompressFromBytes = -1 }.Validate());
        AssertRefused(
            "StreamWindowBytes is 1000;",
            () => new GrpcKestrelOptions { StreamWindowBytes = 1000 }.Validate());
        AssertRefused(
            "IdleTimeout is 00:00:00;",
            () => new GrpcKestrelOptions { IdleTimeout = TimeSpan.Zero }.Validate());
        new GrpcKestrelOptions().Validate();
    }

    [Fact]
    public void A_status_is_never_ok() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new GrpcException(GrpcStatusCode.Ok, "fine"));

    /// <summary>Texts survive the header they travel in; text that is badly encoded is kept and not dropped.</summary>
    [Theory]
    [InlineData("plain text", "plain text")]
    [InlineData("100%", "100%25")]
    [InlineData("a\nb", "a%0Ab")]
    [InlineData("舢", "%E8%88%A2")]
    [InlineData("🛶", "%F0%9F%9B%B6")]
    public void Status_texts_survive(string text, string encoded)
    {
        Assert.Equal(encoded, StatusMessage.Encode(text));
        Assert.Equal(text, StatusMessage.Decode(encoded));
    }

    [Theory]
    [InlineData("%", "%")]
    [InlineData("%4", "%4")]
    [InlineData("%zz%41", "%zzA")]
    [InlineData("é%41", "éA")]
    public void Badly_encoded_texts_are_kept(string encoded, string text) =>
        Assert.Equal(text, StatusMessage.Decode(encoded));

    private static void AssertRefused(string text, Action bind) =>
        Assert.Contains(text, Assert.Throws<ArgumentException>(bind).Message, StringComparison.Ordinal);
}
