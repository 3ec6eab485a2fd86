using Google.Protobuf.Reflection;

namespace Sampan.Grpc.Calling;

/// <summary>Where the calls of a method go.</summary>
internal static class CallTarget
{
    public static string PathOf(MethodDescriptor method) => $"/{method.Service.FullName}/{method.Name}";
}
