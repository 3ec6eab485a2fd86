using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Sampan.Grpc.Wire;

namespace Sampan.Grpc.Calling;

/// <summary>Reads heads, bodies and trailers of answers.</summary>
internal static class CallResponse
{
    private const int FirstBytes = 4096;

    /// <summary>The one message of an answer.</summary>
    /// <exception cref="GrpcException">The answer is an error, or no well-formed answer.</exception>
    public static async ValueTask<ReadOnlyMemory<byte>> ReadSingleAsync(
        HttpResponseMessage response,
        int bytesMax,
        CancellationToken cancellation)
    {
        var rules = CheckHead(response, bytesMax);
        var body = ArrayPool<byte>.Shared.Rent(FirstBytes);
        try
        {
            var length = 0;
            var stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
            int read;
            while ((read = await stream.ReadAsync(body.AsMemory(length), cancellation).ConfigureAwait(false)) > 0)
            {
                length += read;
                MessageFraming.IsWhole(new ReadOnlySequence<byte>(body, 0, length), rules, out var restBytes);
                if (restBytes > 0)
                {
                    throw new GrpcException(GrpcStatusCode.Internal, "The answer has more than one message.");
                }

                body = length == body.Length ? Grow(body) : body;
            }

            CheckStatus(response.TrailingHeaders, response);
            var buffer = new ReadOnlySequence<byte>(body, 0, length);
            return MessageFraming.TryTake(ref buffer, rules, out var message)
                ? message.ToArray()
                : throw (length == 0
                    ? new GrpcException(GrpcStatusCode.Internal, "The answer has no message.")
                    : MessageFraming.Truncated());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(body);
        }
    }

    /// <summary>Checks the head of an answer and says how its messages are to be read.</summary>
    public static ReceiveRules CheckHead(HttpResponseMessage response, int bytesMax)
    {
        if (response.Headers.NonValidated.Contains(GrpcHeaders.Status))
        {
            CheckStatus(response.Headers, response);
        }

        if (response.StatusCode != HttpStatusCode.OK || !GrpcHeaders.IsGrpc(TypeOf(response)))
        {
            throw CallFailure.OfHttpStatus(response.StatusCode);
        }

        var isGzip = false;
        if (response.Headers.NonValidated.TryGetValues(GrpcHeaders.Encoding, out var encodings))
        {
            var encoding = encodings.ToString();
            isGzip = string.Equals(encoding, MessageEncoding.Gzip, StringComparison.Ordinal);
            if (!MessageEncoding.IsKnown(encoding))
            {
                throw new GrpcException(GrpcStatusCode.Internal, $"The answer's encoding '{encoding}' is unknown.");
            }
        }

        return new ReceiveRules(bytesMax, isGzip);
    }

    /// <summary>Throws the status that stands in headers or trailers, unless it is OK.</summary>
    public static void CheckStatus(HttpResponseHeaders from, HttpResponseMessage response)
    {
        if (!from.NonValidated.TryGetValues(GrpcHeaders.Status, out var status))
        {
            // An answer cut off by a proxy, or a status in the head of an answer without messages.
            throw response.Headers.NonValidated.Contains(GrpcHeaders.Status)
                ? new GrpcException(GrpcStatusCode.Internal, "The answer has no message.")
                : new GrpcException(GrpcStatusCode.Unknown, "The answer ends without a status.");
        }

        if (string.Equals(status.ToString(), GrpcHeaders.Ok, StringComparison.Ordinal))
        {
            return;
        }

        var code = int.TryParse(status.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number is > 0 and <= (int)GrpcStatusCode.Unauthenticated
            ? (GrpcStatusCode)number
            : GrpcStatusCode.Unknown;
        var message = from.NonValidated.TryGetValues(GrpcHeaders.Message, out var encoded)
            ? StatusMessage.Decode(encoded.ToString())
            : string.Empty;
        throw new GrpcException(code, message) { Trailers = MetadataOf(from) };
    }

    /// <summary>Metadata of a head or of trailers, without gRPC's own.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> MetadataOf(HttpResponseHeaders from)
    {
        var found = new List<KeyValuePair<string, string>>();
        foreach (var (name, values) in from.NonValidated)
        {
            var lower = name.ToLowerInvariant();
            if (!lower.StartsWith("grpc-", StringComparison.Ordinal) && lower is not ("content-type" or "date"))
            {
                found.Add(new(lower, values.ToString()));
            }
        }

        return found;
    }

    private static string? TypeOf(HttpResponseMessage response) =>
        response.Content.Headers.NonValidated.TryGetValues("content-type", out var types) ? types.ToString() : null;

    private static byte[] Grow(byte[] body)
    {
        var larger = ArrayPool<byte>.Shared.Rent(body.Length * 2);
        body.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(body);
        return larger;
    }
}
