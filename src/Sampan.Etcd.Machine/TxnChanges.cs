using Google.Protobuf.Collections;
using Sampan.Base;
using Sampan.Protocol.Etcd;

namespace Sampan.Etcd.Machine;

/// <summary>
/// What a branch of a transaction changes, to find keys that are put twice, or deleted and put. Sets are joined by
/// adding the smaller one to the larger one, so n operations take O(n log² n), however they are nested. Keys are sorted
/// and not hashed: whoever makes up keys could make hashes collide.
/// </summary>
/// <remarks>
/// etcd's rules, with one difference: it does not see that a delete without end meets a put, and executes both in their
/// order. The deletes of a branch come first, its puts last, and what is nested in between, in its order: so a nested
/// put may come before a delete that is nested further on, and not the other way round.
/// </remarks>
internal sealed class TxnChanges
{
    private static readonly Comparer<ReadOnlyMemory<byte>> _byBytes =
        Comparer<ReadOnlyMemory<byte>>.Create((x, y) => x.Span.SequenceCompareTo(y.Span));

    private SortedSet<ReadOnlyMemory<byte>> _puts = new(_byBytes);
    private KeyIntervals _deletes = new();

    /// <summary>Adds a branch; false: it changes a key twice. Called once.</summary>
    public bool TryAdd(RepeatedField<RequestOp> operations)
    {
        foreach (var operation in operations)
        {
            if (operation.RequestCase == RequestOp.RequestOneofCase.RequestDeleteRange)
            {
                var delete = operation.RequestDeleteRange;
                _deletes.Add(EtcdRanges.Of(delete.Key, delete.RangeEnd));
            }
        }

        foreach (var operation in operations)
        {
            if (operation.RequestCase == RequestOp.RequestOneofCase.RequestTxn && !TryAddNested(operation.RequestTxn))
            {
                return false;
            }
        }

        foreach (var operation in operations)
        {
            if (operation.RequestCase == RequestOp.RequestOneofCase.RequestPut)
            {
                var key = operation.RequestPut.Key.Memory;
                if (_deletes.Contains(key) || !_puts.Add(key))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private bool TryAddNested(TxnRequest txn)
    {
        var nested = new TxnChanges();
        var failure = new TxnChanges();
        if (!nested.TryAdd(txn.Success) || !failure.TryAdd(txn.Failure))
        {
            return false;
        }

        // Only one of the two runs, so they may change the same key.
        nested._puts = Larger(nested._puts, failure._puts, out var fewerPuts);
        nested._puts.UnionWith(fewerPuts);
        nested.Join(failure._deletes);
        return !AreAnyDeleted(nested._puts) && TryJoin(nested._puts) && Join(nested._deletes);
    }

    private bool AreAnyDeleted(SortedSet<ReadOnlyMemory<byte>> puts)
    {
        if (puts.Count <= _deletes.Count)
        {
            foreach (var key in puts)
            {
                if (_deletes.Contains(key))
                {
                    return true;
                }
            }

            return false;
        }

        foreach (var range in _deletes.Ranges)
        {
            if (IsAnyIn(puts, range))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsAnyIn(SortedSet<ReadOnlyMemory<byte>> puts, in KeyRange range) =>
        _byBytes.Compare(puts.Max, range.Start) >= 0
        && range.IsBeforeEnd(puts.GetViewBetween(range.Start, puts.Max).Min.Span);

    private bool TryJoin(SortedSet<ReadOnlyMemory<byte>> puts)
    {
        _puts = Larger(_puts, puts, out var fewer);
        foreach (var key in fewer)
        {
            if (!_puts.Add(key))
            {
                return false;
            }
        }

        return true;
    }

    private bool Join(KeyIntervals deletes)
    {
        var fewer = deletes.Count < _deletes.Count ? deletes : _deletes;
        _deletes = ReferenceEquals(fewer, deletes) ? _deletes : deletes;
        foreach (var range in fewer.Ranges)
        {
            _deletes.Add(range);
        }

        return true;
    }

    private static SortedSet<ReadOnlyMemory<byte>> Larger(
        SortedSet<ReadOnlyMemory<byte>> one,
        SortedSet<ReadOnlyMemory<byte>> two,
        out SortedSet<ReadOnlyMemory<byte>> smaller)
    {
        smaller = two.Count < one.Count ? two : one;
        return ReferenceEquals(smaller, two) ? one : two;
    }
}
