using Sampan.Base;
using Sampan.Grpc;

namespace Sampan.Cli.Bench;

/// <summary>One client of a load and what it saw. Written by its own loop; others may look at the counts.</summary>
internal sealed class LoadClient
{
    private static readonly TimeSpan _pauseAfterFailure = TimeSpan.FromMilliseconds(10);

    private readonly GrpcChannel _channel;
    private readonly LoadRequests _requests;
    private readonly TimeProvider _time;
    private readonly Prng _prng;

    /// <summary>A client whose choices follow from its number.</summary>
    public LoadClient(int number, GrpcChannel channel, LoadRequests requests, TimeProvider time)
    {
        _channel = channel;
        _requests = requests;
        _time = time;
        _prng = new Prng((ulong)number + 17);
    }

    /// <summary>The latencies of what succeeded.</summary>
    public LatencyHistogram Latencies { get; } = new();

    /// <summary>How many failed.</summary>
    public long Failed { get; private set; }

    /// <summary>Why the first of them failed; empty if none did.</summary>
    public string FirstFailure { get; private set; } = string.Empty;

    /// <summary>Sends requests, one after the other, while it may begin another.</summary>
    public async Task RunAsync(Func<bool> mayBegin, CancellationToken cancellation)
    {
        while (mayBegin())
        {
            var (path, request) = _requests.Next(_prng);
            var begun = _time.GetTimestamp();
            try
            {
                await _channel.RawUnaryAsync(path, request, GrpcCallOptions.None, cancellation).ConfigureAwait(false);
                Latencies.Add((long)_time.GetElapsedTime(begun).TotalMicroseconds);
            }
            catch (GrpcException exception)
            {
                Failed++;
                FirstFailure = FirstFailure.Length == 0 ? exception.Message : FirstFailure;

                // What refuses at once is not to be asked a million times a second.
                await Task.Delay(_pauseAfterFailure, _time, cancellation)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
