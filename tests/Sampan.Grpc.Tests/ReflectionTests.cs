using Google.Protobuf;
using Google.Protobuf.Reflection;
using Sampan.Grpc.Protos.ReflectionV1;
using Sampan.Grpc.Tests.Fixture;
using Alpha = Sampan.Grpc.Protos.ReflectionV1Alpha;

namespace Sampan.Grpc.Tests;

/// <summary>Purpose: tools such as grpcurl find out what a server serves, without its .proto files.</summary>
public sealed class ReflectionTests
{
    [Fact]
    public async Task Services_are_listed()
    {
        string[] expected =
        [
            "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection",
            "sampan.grpc.test.Parrot",
        ];
        var answer = await AskAsync(new ServerReflectionRequest { ListServices = "*" });
        Assert.Equal(expected, answer.ListServicesResponse.Service.Select(service => service.Name));
    }

    /// <summary>A file is found by its name and by everything in it, with the files it imports.</summary>
    [Theory]
    [InlineData("sampan.grpc.test.Parrot")]
    [InlineData("sampan.grpc.test.Parrot.Say")]
    [InlineData("sampan.grpc.test.Phrase")]
    [InlineData("sampan.grpc.test.Phrase.text")]
    [InlineData("parrot.proto")]
    public async Task Files_are_found(string what)
    {
        var answer = await AskAsync(what.EndsWith(".proto", StringComparison.Ordinal)
            ? new ServerReflectionRequest { FileByFilename = what }
            : new ServerReflectionRequest { FileContainingSymbol = what });
        var bytes = Assert.Single(answer.FileDescriptorResponse.FileDescriptorProto);
        var file = FileDescriptorProto.Parser.ParseFrom(bytes);
        Assert.Equal("parrot.proto", file.Name);
        Assert.Equal("Parrot", Assert.Single(file.Service).Name);
    }

    [Theory]
    [InlineData("grpc.health.v1.HealthCheckResponse.ServingStatus", "health.proto")]
    [InlineData("grpc.reflection.v1.ServerReflection", "reflection_v1.proto")]
    public async Task Our_own_services_are_found(string symbol, string file)
    {
        var answer = await AskAsync(new ServerReflectionRequest { FileContainingSymbol = symbol });
        var found = answer.FileDescriptorResponse.FileDescriptorProto.Select(FileDescriptorProto.Parser.ParseFrom);
        Assert.Equal(file, Assert.Single(found).Name);
    }

    /// <summary>
    /// What does not exist is told as the protocol has it: an error in the answer, and the stream goes on.
    /// </summary>
    [Fact]
    public async Task What_is_unknown_is_told()
    {
        var symbol = await AskAsync(new ServerReflectionRequest { FileContainingSymbol = "no.such.Thing" });
        Assert.Equal((int)GrpcStatusCode.NotFound, symbol.ErrorResponse.ErrorCode);
        var extension = new ExtensionRequest { ContainingType = "sampan.grpc.test.Phrase", ExtensionNumber = 1 };
        var none = await AskAsync(new ServerReflectionRequest { FileContainingExtension = extension });
        Assert.Equal((int)GrpcStatusCode.NotFound, none.ErrorResponse.ErrorCode);
        const string Phrase = "sampan.grpc.test.Phrase";
        var numbers = await AskAsync(new ServerReflectionRequest { AllExtensionNumbersOfType = Phrase });
        Assert.Empty(numbers.AllExtensionNumbersResponse.ExtensionNumber);
        var missing = await AskAsync(new ServerReflectionRequest { AllExtensionNumbersOfType = "no.such.Thing" });
        Assert.Equal((int)GrpcStatusCode.NotFound, missing.ErrorResponse.ErrorCode);
        var nothing = await AskAsync(new ServerReflectionRequest());
        Assert.Equal((int)GrpcStatusCode.InvalidArgument, nothing.ErrorResponse.ErrorCode);
    }

    // Each question is asked under both names of the protocol, and both give the same answer.
    private static async Task<ServerReflectionResponse> AskAsync(ServerReflectionRequest request)
    {
        await using var server = await ParrotServer.StartEchoAsync();
        using var channel = server.Open();
        using var stable = channel.Open<ServerReflectionRequest, ServerReflectionResponse>(
            ReflectionV1Reflection.Descriptor.Services[0].Methods[0],
            GrpcCallOptions.None,
            CancellationToken.None);
        using var alpha = channel.Open<Alpha.ServerReflectionRequest, Alpha.ServerReflectionResponse>(
            Alpha.ReflectionV1AlphaReflection.Descriptor.Services[0].Methods[0],
            GrpcCallOptions.None,
            CancellationToken.None);
        await stable.WriteAsync(request);
        await alpha.WriteAsync(Alpha.ServerReflectionRequest.Parser.ParseFrom(request.ToByteArray()));
        var (answer, alphaAnswer) = (await stable.ReadAsync(), await alpha.ReadAsync());
        Assert.NotNull(answer);
        Assert.Equal(answer.ToByteArray(), alphaAnswer.ToByteArray());
        Assert.Equal(request, answer.OriginalRequest);
        stable.CompleteRequests();
        Assert.Null(await stable.ReadAsync());
        return answer;
    }
}
