using Sampan.Linearizability;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Simulation.Workloads;

/// <summary>One call of a client, from its invocation to its outcome.</summary>
internal sealed class ClientCall
{
    private readonly Action<ClientCall> _ended;
    private readonly CancellationToken _cancellation;
    private readonly Action _cancel;

    /// <summary>A call that is about to be made.</summary>
    public ClientCall(GroupId group, ulong key, ulong value, Action<ClientCall> ended)
    {
        Group = group;
        Key = key;
        Value = value;
        _ended = ended;

        // Never disposed: it has neither timer nor wait handle.
        var source = new CancellationTokenSource();
        _cancellation = source.Token;
        _cancel = source.Cancel;
    }

    /// <summary>The group.</summary>
    public GroupId Group { get; }

    /// <summary>The register.</summary>
    public ulong Key { get; }

    /// <summary>The value to write, unlike any other; 0: a read.</summary>
    public ulong Value { get; }

    /// <summary>Whether it is a read.</summary>
    public bool IsRead => Value == 0;

    /// <summary>Behind the register: bytes for a user's state machine, or none.</summary>
    public ReadOnlyMemory<byte> Extra { get; init; }

    /// <summary>What had been shown of the register when the call was made.</summary>
    public ulong Mark { get; init; }

    /// <summary>Its place in the history of all calls.</summary>
    public OperationId Place { get; init; }

    /// <summary>The store it was made at.</summary>
    public StoreId Store { get; init; }

    /// <summary>The life of that store.</summary>
    public ulong Life { get; init; }

    /// <summary>The outcome of a write.</summary>
    public ApplyResult Written { get; private set; }

    /// <summary>The outcome of a read.</summary>
    public ReadResult Seen { get; private set; }

    /// <summary>Why it failed; null if it did not.</summary>
    public RaftException? Failure { get; private set; }

    /// <summary>Whether its client gave it up: what it asked for may still happen.</summary>
    public bool IsCancelled { get; private set; }

    /// <summary>Gives it up.</summary>
    public void Cancel() => _cancel();

    /// <summary>Makes the call, and returns to the caller; the outcome comes as an event.</summary>
    public void Begin(IRaftGroup group) => _ = RunAsync(group);

    private byte[] Payload() => [.. RegisterCodec.Encode(Key, Value), .. Extra.Span];

    private async Task RunAsync(IRaftGroup group)
    {
        try
        {
            if (IsRead)
            {
                Seen = await group.ReadAsync(
                    Payload(),
                    ReadConsistency.Linearizable,
                    _cancellation).ConfigureAwait(false);
            }
            else
            {
                Written = await group.ProposeAsync(Payload(), _cancellation)
                    .ConfigureAwait(false);
            }
        }
        catch (RaftException failure)
        {
            Failure = failure;
        }
        catch (OperationCanceledException)
        {
            IsCancelled = true;
        }

        _ended(this);
    }
}
