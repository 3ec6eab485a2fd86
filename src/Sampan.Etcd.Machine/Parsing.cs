using Google.Protobuf;

namespace Sampan.Etcd.Machine;

/// <summary>Parses messages; what cannot be parsed is a value here.</summary>
internal static class Parsing
{
    /// <summary>Parses a message; one that cannot be parsed gives an empty one.</summary>
    public static bool TryParse<T>(MessageParser<T> parser, ReadOnlySpan<byte> bytes, out T message)
        where T : IMessage<T>, new()
    {
        try
        {
            message = parser.ParseFrom(bytes);
            return true;
        }
        catch (InvalidProtocolBufferException)
        {
            message = new T();
            return false;
        }
    }
}
