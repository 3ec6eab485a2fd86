namespace Sampan.Grpc;

/// <summary>
/// Bytes that are held for calls: a bound for all together and one for each connection, so that one caller cannot take
/// what is there for all. What is larger than a bound passes when nothing else is held there. Any thread.
/// </summary>
public sealed class ByteBudget
{
    // Guards all fields below; nothing else is locked inside it.
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _byConnection = new(StringComparer.Ordinal);
    private readonly LinkedList<Waiter> _waiting = [];
    private long _held;

    /// <summary>How many bytes may be held in all.</summary>
    public required long TotalMax { get; init; }

    /// <summary>How many for the calls of one connection.</summary>
    public required long ConnectionMax { get; init; }

    /// <summary>Takes so many bytes; null if there is no room.</summary>
    public ByteLease? TryTake(string connection, long bytes)
    {
        // Guards what is held.
        lock (_gate)
        {
            return HasRoom(connection, bytes) ? Take(connection, bytes) : null;
        }
    }

    /// <summary>Takes so many bytes, whatever the bounds say: the bytes are there already and must go out.</summary>
    public ByteLease TakeAnyway(string connection, long bytes)
    {
        // Guards what is held.
        lock (_gate)
        {
            return Take(connection, bytes);
        }
    }

    /// <summary>Takes so many bytes when there is room.</summary>
    public async ValueTask<ByteLease> TakeAsync(string connection, long bytes, CancellationToken cancellation)
    {
        LinkedListNode<Waiter> node;

        // Guards what is held and who waits.
        lock (_gate)
        {
            if (HasRoom(connection, bytes))
            {
                return Take(connection, bytes);
            }

            node = _waiting.AddLast(new Waiter(connection, bytes));
        }

        try
        {
            await node.Value.Granted.Task.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            GiveUp(node);
            throw;
        }

        return node.Value.Lease ?? throw new InvalidOperationException("room was granted without a lease");
    }

    internal bool TryGrow(string connection, long bytes)
    {
        // Guards what is held.
        lock (_gate)
        {
            var hasRoom = HasRoom(connection, bytes);
            if (hasRoom)
            {
                Add(connection, bytes);
            }

            return hasRoom;
        }
    }

    internal void Return(string connection, long bytes)
    {
        // Guards what is held and who waits. Continuations do not run in here.
        lock (_gate)
        {
            _held -= bytes;
            var left = _byConnection[connection] - bytes;
            if (left == 0)
            {
                _byConnection.Remove(connection);
            }
            else
            {
                _byConnection[connection] = left;
            }

            for (var node = _waiting.First; node is not null;)
            {
                var next = node.Next;
                var waiter = node.Value;
                if (HasRoom(waiter.Connection, waiter.Bytes))
                {
                    _waiting.Remove(node);
                    waiter.Lease = Take(waiter.Connection, waiter.Bytes);
                    waiter.Granted.SetResult();
                }

                node = next;
            }
        }
    }

    private bool HasRoom(string connection, long bytes)
    {
        var ofConnection = _byConnection.GetValueOrDefault(connection);
        return (_held == 0 || bytes <= TotalMax - _held)
            && (ofConnection == 0 || bytes <= ConnectionMax - ofConnection);
    }

    private ByteLease Take(string connection, long bytes)
    {
        Add(connection, bytes);
        return new ByteLease(this, connection, bytes);
    }

    private void Add(string connection, long bytes)
    {
        _held += bytes;
        _byConnection[connection] = _byConnection.GetValueOrDefault(connection) + bytes;
    }

    private void GiveUp(LinkedListNode<Waiter> node)
    {
        // Guards who waits. One that was granted meanwhile is no longer in the list.
        lock (_gate)
        {
            if (node.List is not null)
            {
                _waiting.Remove(node);
                return;
            }
        }

        node.Value.Lease?.Dispose();
    }

    private sealed class Waiter(string connection, long bytes)
    {
        public string Connection { get; } = connection;

        public long Bytes { get; } = bytes;

        public ByteLease? Lease { get; set; }

        public TaskCompletionSource Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
