using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Simulation.Workloads;

/// <summary>One call of a client, from its invocation to its outcome.</summary>
internal sealed class ClientCall
{
    private readonly Action<ClientCall> _ended;

    /// <summary>A call that is about to be made.</summary>
    public ClientCall(GroupId group, ulong key, ulong value, Action<ClientCall> ended)
    {
        Group = group;
        Key = key;
        Value = value;
        _ended = ended;
    }

    /// <summary>The group.</summary>
    public GroupId Group { get; }

    /// <summary>The register.</summary>
    public ulong Key { get; }

    /// <summary>The value to write, unlike any other; 0: a read.</summary>
    public ulong Value { get; }

    /// <summary>Whether it is a read.</summary>
    public bool IsRead => Value == 0;

    /// <summary>What had been shown of the register when the call was made.</summary>
    public ulong Mark { get; init; }

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

    /// <summary>Makes the call, and returns to the caller; the outcome comes as an event.</summary>
    public void Begin(IRaftGroup group) => _ = RunAsync(group);

    private async Task RunAsync(IRaftGroup group)
    {
        try
        {
            if (IsRead)
            {
                Seen = await group.ReadAsync(
                    RegisterCodec.Encode(Key, 0),
                    ReadConsistency.Linearizable,
                    CancellationToken.None).ConfigureAwait(false);
            }
            else
            {
                Written = await group.ProposeAsync(RegisterCodec.Encode(Key, Value), CancellationToken.None)
                    .ConfigureAwait(false);
            }
        }
        catch (RaftException failure)
        {
            Failure = failure;
        }

        _ended(this);
    }
}
