using Microsoft.Extensions.Logging;
using Sampan.Etcd.Machine;
using Sampan.MultiRaft.Abstractions;
using Sampan.Protocol.Etcd;

namespace Sampan.Server.Stores;

/// <summary>
/// Looks at the store once a second: a group that failed here, while the store as such goes on, serves nobody any more;
/// and an operator is told when there is more data than the quota, and when that is over.
/// </summary>
internal sealed class StoreWatch
{
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(1);

    private readonly IGroupDirectory _groups;
    private readonly ServerEvents _events;
    private readonly long _quotaBytes;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private bool _isExceeded;

    /// <summary>A watch over these groups.</summary>
    public StoreWatch(
        IGroupDirectory groups, ServerEvents events, long quotaBytes, TimeProvider time, ILogger logger)
    {
        _groups = groups;
        _events = events;
        _quotaBytes = quotaBytes;
        _time = time;
        _logger = logger;
    }

    /// <summary>Ends when the store stops, or its group has failed.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            if (_groups.TryGet(EtcdGroup.Id, out var group))
            {
                if (group.Status is { Failure: { } reason })
                {
                    _events.Fail($"The store stops, since its group {EtcdGroup.Id} failed: {reason}");
                    return;
                }

                await LookAtQuotaAsync(group, stopping).ConfigureAwait(false);
            }

            await Task.Delay(_interval, _time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task LookAtQuotaAsync(IRaftGroup group, CancellationToken stopping)
    {
        using var limit = new CancellationTokenSource(_interval, _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stopping);
        try
        {
            var read = await group.ReadAsync(
                EtcdCodec.Encode(EtcdQueryKind.Status, []), ReadConsistency.Local, linked.Token).ConfigureAwait(false);
            EtcdCodec.Decode(read.Answer, out var bytes);
            Tell(StatusResponse.Parser.ParseFrom(bytes.Span).DbSize);
        }
        catch (RaftException)
        {
            // A store without usable state has no size.
        }
        catch (OperationCanceledException)
        {
            // One that is busy is looked at again.
        }
    }

    private void Tell(long bytes)
    {
        var isExceeded = bytes > _quotaBytes;
        if (isExceeded && !_isExceeded)
        {
            Log.NoSpace(_logger, bytes, _quotaBytes);
        }
        else if (_isExceeded && !isExceeded)
        {
            Log.SpaceAgain(_logger, bytes, _quotaBytes);
        }

        _isExceeded = isExceeded;
    }
}
