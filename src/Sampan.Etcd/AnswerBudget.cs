using Sampan.Base;

namespace Sampan.Etcd;

/// <summary>
/// Bytes of large answers under way, from when they are made until their caller has taken them: a bound for the store
/// and one for each connection, so that callers who do not read cannot take all of the store's. An answer that is larger
/// than a bound passes when nothing else is under way there. Any thread.
/// </summary>
internal sealed class AnswerBudget
{
    private readonly long _storeBytesMax;
    private readonly long _connectionBytesMax;

    // Guards all fields below; nothing else is locked inside it.
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _byConnection = new(StringComparer.Ordinal);
    private readonly LinkedList<Waiter> _waiting = [];
    private long _underWay;

    /// <summary>A budget of which nothing is taken.</summary>
    public AnswerBudget(long storeBytesMax, long connectionBytesMax)
    {
        _storeBytesMax = storeBytesMax;
        _connectionBytesMax = connectionBytesMax;
    }

    /// <summary>Takes so many bytes; null if there is no room.</summary>
    public Lease? TryTake(string connection, long bytes)
    {
        // Guards what is under way.
        lock (_gate)
        {
            return HasRoom(connection, bytes) ? Take(connection, bytes) : null;
        }
    }

    /// <summary>Takes so many bytes, whatever the bounds say: the bytes are there already and must go out.</summary>
    public Lease TakeAnyway(string connection, long bytes)
    {
        // Guards what is under way.
        lock (_gate)
        {
            return Take(connection, bytes);
        }
    }

    /// <summary>Takes so many bytes when there is room.</summary>
    public async ValueTask<Lease> TakeAsync(string connection, long bytes, CancellationToken cancellation)
    {
        LinkedListNode<Waiter> node;

        // Guards what is under way and who waits.
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

        // Set before it was granted.
        Invariant.Holds(node.Value.Lease is not null);
        return node.Value.Lease;
    }

    private bool HasRoom(string connection, long bytes)
    {
        var ofConnection = _byConnection.GetValueOrDefault(connection);
        return (_underWay == 0 || bytes <= _storeBytesMax - _underWay)
            && (ofConnection == 0 || bytes <= _connectionBytesMax - ofConnection);
    }

    private Lease Take(string connection, long bytes)
    {
        _underWay += bytes;
        _byConnection[connection] = _byConnection.GetValueOrDefault(connection) + bytes;
        return new Lease(this, connection, bytes);
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

    private void Return(string connection, long bytes)
    {
        // Guards what is under way and who waits. Continuations do not run in here.
        lock (_gate)
        {
            _underWay -= bytes;
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

    /// <summary>Bytes that were taken; disposing it gives them back, once.</summary>
    public sealed class Lease : IDisposable
    {
        private readonly string _connection;
        private AnswerBudget? _budget;

        internal Lease(AnswerBudget budget, string connection, long bytes)
        {
            _budget = budget;
            _connection = connection;
            Bytes = bytes;
        }

        /// <summary>How many.</summary>
        public long Bytes { get; }

        /// <inheritdoc/>
        public void Dispose()
        {
            var budget = _budget;
            _budget = null;
            budget?.Return(_connection, Bytes);
        }
    }

    private sealed class Waiter(string connection, long bytes)
    {
        public string Connection { get; } = connection;

        public long Bytes { get; } = bytes;

        public Lease? Lease { get; set; }

        public TaskCompletionSource Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
