using Google.Protobuf;
using Sampan.Grpc;

namespace Sampan.Etcd.Tests.Fixture;

/// <summary>How a call ended.</summary>
internal sealed record Answer(GrpcStatusCode Code, string Message, byte[] Body)
{
    /// <summary>The response of a call that succeeded.</summary>
    public T As<T>()
        where T : IMessage<T>, new()
    {
        Assert.Equal((GrpcStatusCode.Ok, string.Empty), (Code, Message));
        var response = new T();
        response.MergeFrom(Body);
        return response;
    }

    /// <summary>The call was refused with this code and text.</summary>
    public void IsRefused(GrpcStatusCode code, string message) => Assert.Equal((code, message), (Code, Message));
}
