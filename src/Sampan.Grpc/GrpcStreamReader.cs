using System.Runtime.CompilerServices;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Sampan.Grpc.Wire;

namespace Sampan.Grpc;

/// <summary>The messages that the other side sends, in order. One reader at a time.</summary>
/// <typeparam name="T">The message type of the descriptor.</typeparam>
public sealed class GrpcStreamReader<T>
    where T : class, IMessage
{
    private readonly MessageReader _reader;
    private readonly MessageParser _parser;
    private readonly CancellationToken _cancellation;

    internal GrpcStreamReader(MessageReader reader, MessageParser parser, CancellationToken cancellation)
    {
        _reader = reader;
        _parser = parser;
        _cancellation = cancellation;
    }

    /// <summary>The next message; null when the other side has sent its last.</summary>
    /// <exception cref="GrpcException">The message is too large, truncated or cannot be decoded.</exception>
    /// <exception cref="OperationCanceledException">The call ended: cancelled, or its deadline passed.</exception>
    public async ValueTask<T?> ReadAsync()
    {
        try
        {
            return await _reader.ReadAsync<T>(_parser, _cancellation).ConfigureAwait(false);
        }
        catch (IOException error) when (error is not BadHttpRequestException)
        {
            throw new OperationCanceledException(GrpcCall.GoneText, error, _cancellation);
        }
    }

    /// <summary>All messages until the other side has sent its last; fails as <see cref="ReadAsync"/> does.</summary>
    public async IAsyncEnumerable<T> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        while (await ReadAsync().ConfigureAwait(false) is { } message)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return message;
        }
    }
}
