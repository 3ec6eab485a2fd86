using Sampan.Base;
using Sampan.Grpc;

namespace Sampan.Cli.Bench;

/// <summary>One client of a load and what it saw. Written by its own loop; others may look at the counts.</summary>
internal sealed class LoadClient
{
    private static readonly TimeSpan _pauseAfterFailure = TimeSpan.FromMilliseconds(10);

    // Different sentences that are counted apart; texts with figures in them could be any number.
    private const int FailuresMax = 16;

    private readonly Dictionary<string, long> _failures = new(StringComparer.Ordinal);
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

    /// <summary>How often it failed by sentence. To be read when the loop has ended.</summary>
    public IReadOnlyDictionary<string, long> Failures => _failures;

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
                if (_failures.Count < FailuresMax || _failures.ContainsKey(exception.Message))
                {
                    _failures[exception.Message] = _failures.GetValueOrDefault(exception.Message) + 1;
                }

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
