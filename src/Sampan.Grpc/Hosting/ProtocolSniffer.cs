using System.Buffers;
using Microsoft.AspNetCore.Connections;

namespace Sampan.Grpc.Hosting;

/// <summary>Tells HTTP/2 with prior knowledge from everything else by the first bytes of a connection.</summary>
internal static class ProtocolSniffer
{
    // The whole preface is 24 bytes; no method of HTTP/1.1 begins like this, so four decide. HTTP/2 checks the rest.
    private static ReadOnlySpan<byte> Preface => "PRI "u8;

    /// <summary>Hands the connection on, unread, once its first bytes are there; ends it if they do not come.</summary>
    public static async Task RunAsync(ConnectionContext connection, SnifferSetup setup)
    {
        if (await IsHttp2Async(connection, setup).ConfigureAwait(false) is not { } isHttp2)
        {
            return;
        }

        if (isHttp2)
        {
            await setup.Http2(connection).ConfigureAwait(false);
        }
        else
        {
            await setup.Http1.HandOverAsync(connection).ConfigureAwait(false);
        }
    }

    private static async ValueTask<bool?> IsHttp2Async(ConnectionContext connection, SnifferSetup setup)
    {
        using var patience = new CancellationTokenSource(setup.Timeout, setup.Time);
        var input = connection.Transport.Input;
        try
        {
            while (true)
            {
                var result = await input.ReadAsync(patience.Token).ConfigureAwait(false);
                var verdict = Judge(result.Buffer);
                if (verdict is not null || result.IsCompleted)
                {
                    // Nothing is examined: who comes next sees all of it at once.
                    input.AdvanceTo(result.Buffer.Start);
                    return verdict;
                }

                input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            }
        }
        catch (OperationCanceledException)
        {
            connection.Abort(new ConnectionAbortedException("The connection did not say which protocol it speaks."));
            return null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static bool? Judge(in ReadOnlySequence<byte> buffer)
    {
        Span<byte> first = stackalloc byte[4];
        var length = (int)Math.Min(buffer.Length, first.Length);
        buffer.Slice(0, length).CopyTo(first);
        if (!Preface.StartsWith(first[..length]))
        {
            return false;
        }

        return length == first.Length ? true : null;
    }
}
