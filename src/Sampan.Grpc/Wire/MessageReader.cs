using System.IO.Pipelines;
using Google.Protobuf;

namespace Sampan.Grpc.Wire;

/// <summary>Reads one message after another from a body.</summary>
internal sealed class MessageReader
{
    private readonly PipeReader _body;
    private readonly ReceiveRules _rules;

    public MessageReader(PipeReader body, ReceiveRules rules)
    {
        _body = body;
        _rules = rules;
    }

    /// <summary>The next message; null at the end of the body.</summary>
    public async ValueTask<T?> ReadAsync<T>(MessageParser parser, CancellationToken cancellation)
        where T : class, IMessage
    {
        while (true)
        {
            var result = await _body.ReadAsync(cancellation).ConfigureAwait(false);
            var buffer = result.Buffer;
            if (MessageFraming.TryTake(ref buffer, _rules, out var message))
            {
                // Bytes behind this message are not examined, so that the next read returns them at once.
                var decoded = MessageFraming.Decode<T>(parser, message);
                _body.AdvanceTo(buffer.Start);
                return decoded;
            }

            if (result.IsCompleted)
            {
                return buffer.IsEmpty ? null : throw MessageFraming.Truncated();
            }

            _body.AdvanceTo(buffer.Start, buffer.End);
        }
    }
}
