using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Sampan.Etcd.Machine;
using Sampan.MultiRaft.Abstractions;
using Sampan.Server.Options;

namespace Sampan.Server.Stores;

/// <summary>
/// Tells the cluster, by a proposal, who this store is: its name and where clients and peers reach it. Repeated until
/// it is done, since there may be no leader for long; to say it twice does no harm.
/// </summary>
internal sealed class MemberPublisher
{
    private static readonly TimeSpan _retryMin = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan _retryMax = TimeSpan.FromSeconds(2);

    private readonly ServerOptions _options;
    private readonly IGroupDirectory _groups;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <summary>A publisher for this store.</summary>
    public MemberPublisher(ServerOptions options, IGroupDirectory groups, TimeProvider time, ILogger logger)
    {
        _options = options;
        _groups = groups;
        _time = time;
        _logger = logger;
    }

    /// <summary>Ends when it is done, or when the store stops.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var member = new Protocol.Etcd.Member
        {
            ID = _options.Self.Id,
            Name = _options.Name,
            PeerURLs = { ClusterMember.Text(_options.Self.PeerUrl) },
            ClientURLs = { _options.ClientUrls },
        };
        var command = EtcdCodec.Encode(EtcdCommandKind.PublishMember, member.ToByteArray());
        var retry = _retryMin;
        while (!stopping.IsCancellationRequested)
        {
            if (await TryAsync(command, stopping).ConfigureAwait(false))
            {
                Log.Published(_logger, _options.Name, string.Join(", ", _options.ClientUrls));
                return;
            }

            await Task.Delay(retry, _time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            retry = retry * 2 < _retryMax ? retry * 2 : _retryMax;
        }
    }

    private async Task<bool> TryAsync(byte[] command, CancellationToken stopping)
    {
        // A proposal may wait for an answer that never comes where there is no quorum.
        using var limit = new CancellationTokenSource(
            TimeSpan.FromSeconds(5) + (2 * _options.ElectionTimeout), _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stopping);
        try
        {
            if (!_groups.TryGet(EtcdGroup.Id, out var group))
            {
                return false;
            }

            await group.ProposeAsync(command, linked.Token).ConfigureAwait(false);
            return true;
        }
        catch (RaftException)
        {
            // No leader yet, or it changed.
            return false;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
