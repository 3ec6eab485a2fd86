using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Logs;

namespace Sampan.MultiRaft.Stores;

/// <summary>TEMP</summary>
#pragma warning disable CA1822 // Replaced by the peer table.
internal sealed class IdentityWorker : IWorker
{
    public IdentityWorker(StoreOptions options, StoreLeaves leaves, LogWriter logWriter, StoreMembership membership)
    {
        membership.Publish(true, []);
        _options = options;
    }

    private readonly StoreOptions _options;

    public string Name => "identity";

    public Instant RunOnce() => Instant.Never;

    public void Bind(IWorkerHandle handle)
    {
    }

    public Handshake Introduce(StoreId to) => new()
    {
        Protocol = 1,
        ClusterId = _options.ClusterId,
        Store = _options.Store,
        Incarnation = _options.Incarnation,
        Boot = _options.Boot,
        RecoveryGeneration = 0,
        HasRecordedReceiver = true,
        IsAdmitted = true,
    };

    public void Decide(Handshake handshake, IHandshakeReply reply) => reply.Accept();

    public void Introduced(Handshake handshake)
    {
    }
}
