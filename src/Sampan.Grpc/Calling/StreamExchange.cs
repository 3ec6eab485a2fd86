using System.Buffers;
using System.IO.Pipelines;
using Google.Protobuf;
using Sampan.Grpc.Wire;

namespace Sampan.Grpc.Calling;

/// <summary>The two directions of a streaming call as bytes.</summary>
internal sealed class StreamExchange : IDisposable
{
    private readonly HttpRequestMessage _request;
    private readonly DuplexContent _content;
    private readonly CallClock _clock;
    private readonly ReceiveRules _rules;
    private readonly CancellationTokenSource _end;
    private Task<HttpResponseMessage>? _answer;
    private HttpResponseMessage? _response;
    private PipeReader? _body;
    private MessageReader? _reader;

    /// <param name="request">The head of the call.</param>
    /// <param name="content">Its body.</param>
    /// <param name="clock">Its end; disposed here.</param>
    /// <param name="rules">The largest response, and whether requests are compressed.</param>
    public StreamExchange(HttpRequestMessage request, DuplexContent content, CallClock clock, ReceiveRules rules)
    {
        _request = request;
        _content = content;
        _clock = clock;
        _rules = rules;
        _end = CancellationTokenSource.CreateLinkedTokenSource(clock.Token);
    }

    public IReadOnlyList<KeyValuePair<string, string>> Trailers =>
        _response is null ? [] : CallResponse.MetadataOf(_response.TrailingHeaders);

    public void Start(HttpMessageInvoker connection) => _answer = SendAsync(connection);

    public async ValueTask WriteAsync(IMessage message)
    {
        var bytes = new ArrayBufferWriter<byte>();
        if (_rules.IsGzip)
        {
            MessageFraming.WriteCompressed(bytes, message.ToByteArray());
        }
        else
        {
            MessageFraming.Write(bytes, message, message.CalculateSize());
        }

        try
        {
            var stream = await _content.Opened.ConfigureAwait(false);
            await stream.WriteAsync(bytes.WrittenMemory, _end.Token).ConfigureAwait(false);
            await stream.FlushAsync(_end.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (CallFailure.IsOfTransport(error))
        {
            throw CallFailure.Translate(error, _clock);
        }
    }

    public void CompleteRequests() => _content.Complete();

    public async ValueTask<T?> ReadAsync<T>(MessageParser parser)
        where T : class, IMessage
    {
        try
        {
            var response = await Answer().ConfigureAwait(false);
            if (_reader is null)
            {
                _response = response;
                var rules = CallResponse.CheckHead(response, _rules.BytesMax);
                var stream = await response.Content.ReadAsStreamAsync(_end.Token).ConfigureAwait(false);
                _body = PipeReader.Create(stream);
                _reader = new MessageReader(_body, rules);
            }

            var message = await _reader.ReadAsync<T>(parser, _end.Token).ConfigureAwait(false);
            if (message is null)
            {
                CallResponse.CheckStatus(response.TrailingHeaders, response);
            }

            return message;
        }
        catch (Exception error) when (CallFailure.IsOfTransport(error))
        {
            throw CallFailure.Translate(error, _clock);
        }
    }

    /// <summary>Ends the call, if it has not ended, by resetting its stream.</summary>
    public void Dispose()
    {
        _end.Cancel();
        _content.Abandon(new GrpcException(GrpcStatusCode.Cancelled, "The call was disposed."));
        _body?.Complete();
        _response?.Dispose();
        _request.Dispose();
        _end.Dispose();
        _clock.Dispose();
    }

    private Task<HttpResponseMessage> Answer() =>
        _answer ?? throw new InvalidOperationException("The call has not been started.");

    private async Task<HttpResponseMessage> SendAsync(HttpMessageInvoker connection)
    {
        try
        {
            return await connection.SendAsync(_request, _end.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (CallFailure.IsOfTransport(error))
        {
            // A writer waits for the stream that will not come.
            var failure = CallFailure.Translate(error, _clock);
            _content.Abandon(failure);
            throw failure;
        }
    }
}
