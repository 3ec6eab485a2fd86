namespace Sampan.Grpc.Wire;

/// <summary>Metadata whose name ends in -bin: base64, whose padding may be missing.</summary>
internal static class BinaryMetadata
{
    /// <summary>The bytes of an entry; of several values that a comma joins, the first.</summary>
    public static byte[] Decode(KeyValuePair<string, string> entry)
    {
        var comma = entry.Value.IndexOf(',', StringComparison.Ordinal);
        var text = (comma < 0 ? entry.Value : entry.Value[..comma]).TrimEnd('=');
        var bytes = new byte[(text.Length * 3 / 4) + 3];
        var padded = text + new string('=', (4 - (text.Length % 4)) % 4);
        return Convert.TryFromBase64String(padded, bytes, out var length)
            ? bytes[..length]
            : throw new GrpcException(GrpcStatusCode.InvalidArgument, $"The metadata '{entry.Key}' is not base64.");
    }
}
