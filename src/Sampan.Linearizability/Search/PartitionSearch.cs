using System.Runtime.InteropServices;
using Sampan.Base;

namespace Sampan.Linearizability.Search;

/// <summary>
/// Looks for an order of one partition's operations that explains their answers: depth first, placing one operation
/// after the other (Wing and Gong 1993), with a cache of configurations (Lowe 2017). An operation can be placed next if
/// no operation that is not placed returned before it was called, that is: if it stands before the first open return.
/// <para>
/// Three reductions keep it small. An operation that changes no state is placed as soon as it fits: in any order that
/// places it later, it can be moved here, because nobody notices. Unanswered operations are tried last, those with
/// equal inputs in the order of their calls, and not where the next operation would do the same without them; the
/// search ends when all required ones are placed. And a configuration is skipped if one with at least its possibilities
/// was seen (<see cref="ConfigurationCache"/>).
/// </para>
/// <para>Deterministic: two runs with the same bounds take the same steps.</para>
/// </summary>
internal sealed class PartitionSearch<TState, TInput, TOutput>
    where TInput : notnull
{
    // Steps between two questions whether to give up; a power of two.
    private const int GiveUpInterval = 1024;

    private readonly IModel<TState, TInput, TOutput> _model;
    private readonly PreparedPartition<TInput, TOutput> _partition;
    private readonly ConfigurationCache _cache;
    private readonly CheckOptions _options;
    private readonly SearchWitness _witness;
    private readonly StateTable<TState> _states;
    private readonly int[] _placedOfClass;
    private readonly Move[] _moves;
    private readonly List<int> _missing = [];
    private readonly List<int> _unanswered = [];
    private EventList _events;
    private int _usedClassCount;
    private int _moveCount;
    private int _state;
    private ulong _setHash;
    private long _statesBytes;
    private long _stepsLeft;
    private SearchEnd _end;

    /// <summary>A search that has not begun.</summary>
    /// <param name="model">The model.</param>
    /// <param name="partition">What to order.</param>
    /// <param name="cache">A cache that no other search uses meanwhile.</param>
    /// <param name="options">The bound on memory, and whom to ask.</param>
    public PartitionSearch(
        IModel<TState, TInput, TOutput> model,
        PreparedPartition<TInput, TOutput> partition,
        ConfigurationCache cache,
        CheckOptions options)
    {
        _model = model;
        _partition = partition;
        _cache = cache;
        _options = options;
        _witness = new SearchWitness();
        _states = new StateTable<TState>(model.StateComparer);
        _placedOfClass = new int[partition.ClassCount];
        _moves = new Move[partition.Count];
        _events = new EventList(partition.CallKeys, partition.ReturnKeys);
    }

    /// <summary>Steps of the model, over all runs.</summary>
    public long Steps { get; private set; }

    /// <summary>The most that was remembered at once, in bytes.</summary>
    public long CacheBytesPeak { get; private set; }

    /// <summary>Searches from the start, for so many steps at most.</summary>
    public SearchEnd Run(long stepsMax)
    {
        Restart(stepsMax);
        var cursor = Enter();
        while (_end == SearchEnd.None)
        {
            if (cursor != 0 && TryPlace(cursor))
            {
                cursor = Enter();
            }
            else if (_end == SearchEnd.None)
            {
                cursor = TakeBack();
            }
        }

        CacheBytesPeak = Math.Max(CacheBytesPeak, _cache.SizeBytes + _states.OverheadBytes + _statesBytes);
        return _end;
    }

    /// <summary>
    /// After <see cref="SearchEnd.Found"/> or <see cref="SearchEnd.Exhausted"/>, writes what there is to say about it.
    /// The second is run again for that, since copying each longest order on the way would cost a square of its length;
    /// should that run be given up, the order and the states are what it had found.
    /// </summary>
    public void Report(PartitionResult result, SearchEnd end)
    {
        if (end == SearchEnd.Found)
        {
            result.Order = Placed();
            return;
        }

        Invariant.Holds(end == SearchEnd.Exhausted);
        Invariant.Holds(_witness.FurthestKey > 0);
        result.Unplaced = OwnerOf(_witness.FurthestKey);
        _witness.IsWatching = true;
        Run(long.MaxValue);
        result.Order = _witness.Order;
        result.States = [.. _witness.States.Select(state => _model.DescribeState(_states[state]))];
    }

    private void Restart(long stepsMax)
    {
        _cache.Clear();
        _states.Clear();
        if (_moveCount > 0)
        {
            _events = new EventList(_partition.CallKeys, _partition.ReturnKeys);
        }

        Array.Clear(_placedOfClass);
        _usedClassCount = 0;
        _moveCount = 0;
        _statesBytes = 0;
        _setHash = 0;
        _stepsLeft = stepsMax;
        _end = SearchEnd.None;
        _state = NumberOf(_model.InitialState);
    }

    // A new configuration: places what changes nothing, and returns where to look for the next operation; 0 if there is
    // nothing to look for, because all is done or the configuration is covered.
    private int Enter()
    {
        var openReturn = PlaceReadOnly();
        if (_end != SearchEnd.None)
        {
            return 0;
        }

        if (openReturn == 0)
        {
            _end = SearchEnd.Found;
            return 0;
        }

        var key = _partition.ReturnKeys[EventList.OperationOf(openReturn)];
        if (_witness.Sees(key, _state, _moveCount))
        {
            _witness.Order = Placed();
        }

        switch (_cache.Visit(Describe(openReturn), _options.CacheBytesMax - _states.OverheadBytes - _statesBytes))
        {
            case CacheAnswer.Covered:
                return 0;
            case CacheAnswer.Full:
                _end = SearchEnd.OutOfMemory;
                return 0;
            default:
                return _events.First;
        }
    }

    // Returns the first open return, 0 if there is none. What does not fit here stays: only another state may help it.
    private int PlaceReadOnly()
    {
        var e = _events.First;
        while (e != 0 && EventList.IsCall(e) && _end == SearchEnd.None)
        {
            var operation = EventList.OperationOf(e);
            if (_partition.IsReadOnly[operation] && CanStep(_partition.Required[operation], out var next))
            {
                Invariant.Holds(next == _state);
                Push(new Move(operation, _state, IsForced: true), next);
                e = _events.NextOfLifted(e);
            }
            else
            {
                e = _events.Next(e);
            }
        }

        return e;
    }

    // Places the first operation that fits, at the cursor or after it: calls up to the first open return, then classes.
    private bool TryPlace(int cursor)
    {
        var openReturn = cursor < 0 ? FirstReturn(_events.First) : cursor;
        while (openReturn > 0 && EventList.IsCall(openReturn))
        {
            var operation = EventList.OperationOf(openReturn);
            if (!_partition.IsReadOnly[operation] && CanStep(_partition.Required[operation], out var next)
                && !WastesOptional(_partition.Required[operation], next))
            {
                Push(new Move(operation, _state, IsForced: false), next);
                return true;
            }

            openReturn = _events.Next(openReturn);
        }

        return _end == SearchEnd.None && TryPlaceOptional(cursor < 0 ? ~cursor : 0, openReturn);
    }

    private bool TryPlaceOptional(int firstClass, int openReturn)
    {
        var key = _partition.ReturnKeys[EventList.OperationOf(openReturn)];
        for (var c = firstClass; c < _partition.ClassCount && _end == SearchEnd.None; c++)
        {
            var index = _partition.ClassStarts[c] + _placedOfClass[c];
            if (index == _partition.ClassStarts[c + 1])
            {
                continue;
            }

            ref readonly var operation = ref _partition.Optional[index];
            // One that changes nothing would only be spent.
            if (PreparedPartition<TInput, TOutput>.KeyOf(operation.InvokePosition) < key
                && CanStep(operation, out var next) && next != _state && !WastesOptional(operation, next))
            {
                Push(new Move(~c, _state, IsForced: false), next);
                return true;
            }
        }

        return false;
    }

    // Takes operations back up to the last choice, and returns where to look for another one; 0 ends the search.
    private int TakeBack()
    {
        while (_moveCount > 0)
        {
            var move = _moves[--_moveCount];
            _state = move.State;
            if (move.IsOptional)
            {
                _usedClassCount -= --_placedOfClass[move.Class] == 0 ? 1 : 0;
                if (move.Class + 1 < _partition.ClassCount)
                {
                    return ~(move.Class + 1);
                }

                continue;
            }

            _events.Restore(move.Operation);
            _setHash ^= Zobrist.OfOperation(move.Operation);
            if (!move.IsForced)
            {
                return _events.Next(EventList.CallOf(move.Operation));
            }
        }

        _end = SearchEnd.Exhausted;
        return 0;
    }

    private void Push(Move move, int next)
    {
        if (move.IsOptional)
        {
            _usedClassCount += _placedOfClass[move.Class]++ == 0 ? 1 : 0;
        }
        else
        {
            _events.Lift(move.Operation);
            _setHash ^= Zobrist.OfOperation(move.Operation);
        }

        _moves[_moveCount++] = move;
        _state = next;
    }

    private bool CanStep(in Operation<TInput, TOutput> operation, out int next)
    {
        next = 0;
        if (_stepsLeft-- <= 0)
        {
            _end = SearchEnd.OutOfSteps;
            return false;
        }

        if ((++Steps & (GiveUpInterval - 1)) == 0 && _options.GiveUp is { } giveUp && giveUp())
        {
            _end = SearchEnd.GivenUp;
            return false;
        }

        if (!_model.TryStep(_states[_state], operation, out var state))
        {
            return false;
        }

        next = NumberOf(state);
        return true;
    }

    // Whether the operation would do the same without the unanswered one that was placed just before it, which then was
    // placed for nothing. That way is searched, too: from where that one was chosen.
    private bool WastesOptional(in Operation<TInput, TOutput> operation, int next)
    {
        if (_moveCount == 0 || !_moves[_moveCount - 1].IsOptional)
        {
            return false;
        }

        Steps++;
        _stepsLeft--;
        return _model.TryStep(_states[_moves[_moveCount - 1].State], operation, out var direct)
            && _model.StateComparer.Equals(direct, _states[next]);
    }

    private int NumberOf(TState state)
    {
        var before = _states.Count;
        var number = _states.NumberOf(state);
        if (_states.Count > before)
        {
            _statesBytes += _model.SizeBytesOf(state);
        }

        return number;
    }

    private Configuration Describe(int openReturn)
    {
        _missing.Clear();
        for (var e = _events.First; EventList.IsCall(e); e = _events.Next(e))
        {
            _missing.Add(EventList.OperationOf(e));
        }

        _unanswered.Clear();
        for (var c = 0; _unanswered.Count < _usedClassCount * 2; c++)
        {
            if (_placedOfClass[c] > 0)
            {
                _unanswered.Add(c);
                _unanswered.Add(_placedOfClass[c]);
            }
        }

        return new Configuration
        {
            Hash = _setHash ^ Zobrist.OfState(_state),
            State = _state,
            OpenReturn = openReturn,
            Missing = CollectionsMarshal.AsSpan(_missing),
            Unanswered = CollectionsMarshal.AsSpan(_unanswered),
        };
    }

    private int FirstReturn(int e)
    {
        while (EventList.IsCall(e))
        {
            e = _events.Next(e);
        }

        return e;
    }

    private List<OperationId> Placed()
    {
        var placed = new List<OperationId>(_moveCount);
        var ofClass = new int[_partition.ClassCount];
        foreach (var move in _moves.AsSpan(0, _moveCount))
        {
            placed.Add(move.IsOptional
                ? _partition.Optional[_partition.ClassStarts[move.Class] + ofClass[move.Class]++].Id
                : _partition.Required[move.Operation].Id);
        }

        return placed;
    }

    // The operation that returned there, or just after it if the model demanded something to be done by then.
    private OperationId OwnerOf(long key)
    {
        foreach (var operation in _partition.Required)
        {
            if (operation.IsAnswered && PreparedPartition<TInput, TOutput>.KeyOf(operation.ReturnPosition) == (key | 1))
            {
                return operation.Id;
            }
        }

        Invariant.Unreachable("every key belongs to a return of the history");
        return default;
    }
}
