using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace Sampan.Grpc.Wire;

/// <summary>The header names and fixed values of the protocol.</summary>
internal static class GrpcHeaders
{
    public const string Status = "grpc-status";
    public const string Message = "grpc-message";
    public const string Timeout = "grpc-timeout";
    public const string Encoding = "grpc-encoding";
    public const string AcceptEncoding = "grpc-accept-encoding";
    public const string Encodings = "identity,gzip";
    public const string Ok = "0";
    public const string MediaType = "application/grpc";

    /// <summary>One value for all responses, so that none is built for a call.</summary>
    public static readonly StringValues ContentType = new(MediaType);

    private static readonly string[] _codes =
        [.. Enumerable.Range(0, 17).Select(code => code.ToString(CultureInfo.InvariantCulture))];

    /// <summary>
    /// Whether a content type is gRPC's: itself, or with a suffix or a parameter; gRPC-Web is another protocol.
    /// </summary>
    public static bool IsGrpc(string? contentType) =>
        contentType is not null
        && contentType.StartsWith(MediaType, StringComparison.OrdinalIgnoreCase)
        && (contentType.Length == MediaType.Length || contentType[MediaType.Length] is '+' or ';');

    public static string StatusValue(GrpcStatusCode code) =>
        (uint)code < (uint)_codes.Length ? _codes[(int)code] : _codes[(int)GrpcStatusCode.Unknown];

    /// <summary>Metadata of a user, if it may travel as it is.</summary>
    public static KeyValuePair<string, string> Checked(KeyValuePair<string, string> entry)
    {
        var (name, value) = entry;
        if (name.Length == 0 || !name.All(IsNameCharacter) || name.StartsWith("grpc-", StringComparison.Ordinal))
        {
            throw new ArgumentException(
                $"The metadata name is '{name}'; allowed are a-z, 0-9, '_', '-' and '.', not beginning with 'grpc-'.",
                nameof(entry));
        }

        if (!value.All(character => character is >= ' ' and <= '~'))
        {
            throw new ArgumentException(
                $"The value of '{name}' is not printable ASCII; use a name that ends in '-bin', and base64.",
                nameof(entry));
        }

        return entry;
    }

    private static bool IsNameCharacter(char character) =>
        character is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '_' or '-' or '.';
}
