using System.Collections.Concurrent;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Transport.Tests;

/// <summary>A store's side that remembers everything it hears, in order.</summary>
internal sealed class TestHandler : ITransportHandler, IPeerEvents
{
    private readonly StoreId _store;
    private readonly BootId _boot;

    /// <summary>The side of a store in one of its lives.</summary>
    public TestHandler(ulong store, ulong boot)
    {
        _store = new StoreId(store);
        _boot = new BootId(boot);
    }

    /// <summary>Why it refuses everybody; null: it does not.</summary>
    public string? Refusal { get; set; }

    /// <summary>What happens when something arrives.</summary>
    public Action<StoreConnection>? OnReceived { get; set; }

    /// <summary>What arrived, was lost, was unreachable.</summary>
    public BlockingCollection<(StoreConnection From, StoreMessage? Message)> Inbox { get; } = [];

    /// <summary>The streams that were opened.</summary>
    public BlockingCollection<StoreConnection> Opening { get; } = [];

    /// <summary>What was said for the log.</summary>
    public BlockingCollection<string> Said { get; } = [];

    /// <inheritdoc/>
    public Handshake Introduce(StoreId to) => new()
    {
        Protocol = Handshake.CurrentProtocol,
        ClusterId = 1,
        Store = _store,
        Incarnation = new Incarnation(1, _store.Value),
        Boot = _boot,
        RecoveryGeneration = 0,
        RecordedReceiver = default,
        IsAdmitted = true,
    };

    /// <summary>What it shows to whom it refuses.</summary>
    public Handshake? Shown { get; init; }

    /// <summary>The handshakes that it has decided on.</summary>
    public BlockingCollection<Handshake> Decided { get; } = [];

    /// <inheritdoc/>
    public void Decide(Handshake handshake, IHandshakeReply reply)
    {
        Decided.Add(handshake);
        if (Refusal is null)
        {
            reply.Accept();
        }
        else
        {
            reply.Refuse(Refusal, Shown);
        }
    }

    /// <inheritdoc/>
    public void Opened(StoreConnection connection) => Opening.Add(connection);

    /// <inheritdoc/>
    public void Received(StoreConnection from, StoreMessage message)
    {
        Inbox.Add((from, message));
        OnReceived?.Invoke(from);
    }

    /// <inheritdoc/>
    public void PeerLost(StoreConnection connection) => Inbox.Add((connection, null));

    /// <inheritdoc/>
    public void PeerUnreachable(StoreId store, GroupId group) => Said.Add($"unreachable {store} {group}");

    /// <inheritdoc/>
    public void SnapshotUnsent(StoreId store, SnapshotFrame frame) =>
        Said.Add($"unsent {store} {frame.Kind} of transfer {frame.Transfer}");

    /// <inheritdoc/>
    public void OnConnected(StoreId store, string address) => Said.Add($"connected {store}");

    /// <inheritdoc/>
    public void OnLost(StoreId store, string reason) => Said.Add($"lost {store}: {reason}");

    /// <inheritdoc/>
    public void OnRefused(string whom, string reason) => Said.Add($"refused: {reason}");

    /// <inheritdoc/>
    public void OnSuppressed(string origin, long count) => Said.Add($"suppressed {origin}: {count}");

    /// <inheritdoc/>
    public void OnIntruder(string address, string reason) => Said.Add($"intruder: {reason}");

    /// <summary>Waits until something was said.</summary>
    public string Hear(string beginning)
    {
        while (Said.TryTake(out var said, TimeSpan.FromSeconds(30)))
        {
            if (said.StartsWith(beginning, StringComparison.Ordinal))
            {
                return said;
            }
        }

        throw new TimeoutException($"'{beginning}' was never said");
    }

    /// <summary>Waits for what comes next.</summary>
    public (StoreConnection From, StoreMessage? Message) Next() => Inbox.TryTake(out var next, TimeSpan.FromSeconds(30))
        ? next
        : throw new TimeoutException("nothing came");
}
