using System.Threading.Tasks.Sources;
using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.MultiRaft.Doors;

/// <summary>
/// A request between the door where somebody awaits it and the workers that serve it. One object is reused for many
/// requests.
/// </summary>
/// <remarks>
/// Two sides hold it: the door, until it has taken the result, and a worker, until it has settled it.
/// 1. Exactly one of settle (worker) and cancel (door) wins, by one compare-exchange of <c>_phase</c>.
/// 2. The winner's outcome is what the waiter sees: a settled request travels through <see cref="ICompletionQueue"/>
/// and is completed there; a cancelled one is completed by the canceller.
/// 3. Each side lets go once, by one decrement of <c>_holders</c>; the second one returns the object to its pool. So it
/// is never reused while somebody may still touch it.
/// 4. The door's hold is the version of its value task: it lets go by exchanging that for nobody, so a task that is
/// taken again, or after the object went to somebody else, finds another value there, and nothing is touched.
/// 5. The worker's hold is a flag: whoever settles a request takes it, and asserts that it was there. Until then the
/// request is in the store's list of open ones (<see cref="OpenRequests"/>).
/// </remarks>
internal sealed class PendingRequest :
    ICompletion, IValueTaskSource<ApplyResult>, IValueTaskSource<ReadResult>, IValueTaskSource
{
    private const int Open = 0;
    private const int Settled = 1;
    private const int Cancelled = 2;
    private const int Nobody = -1;

    private readonly PendingRequestPool _pool;
    private ManualResetValueTaskSourceCore<bool> _core;
    private CancellationTokenRegistration _registration;
    private int _phase;
    private int _holders;

    // The version that the door may still take; nobody: it has.
    private int _door = Nobody;
    private int _isWithWorker;

    // Of the list of open requests, which guards them.
    private OpenRequests? _open;
    private PendingRequest? _older;
    private PendingRequest? _newer;
    private int _bytes;
    private Exception? _failure;
    private ApplyResult _applied;
    private ReadResult _read;

    /// <summary>A request of a pool.</summary>
    public PendingRequest(PendingRequestPool pool) => _pool = pool;

    /// <summary>What is asked.</summary>
    public RequestKind Kind { get; private set; }

    /// <summary>The group.</summary>
    public GroupId Group { get; private set; }

    /// <summary>The command or the query.</summary>
    public ReadOnlyMemory<byte> Payload { get; private set; }

    /// <summary>A change of members.</summary>
    public MembershipChange? Change { get; private set; }

    /// <summary>The target of a transfer; of a proposal that was passed on, the leader it was passed to.</summary>
    public ReplicaId Target { get; set; }

    /// <summary>The initial configuration of a group that is created.</summary>
    public Configuration? Initial { get; private set; }

    /// <summary>Workers only: which proposal of its group at this store it is.</summary>
    public ulong Sequence { get; set; }

    /// <summary>Workers only: its place in the log, once known.</summary>
    public LogId Position { get; set; }

    /// <summary>Workers only: the read may be answered once this index is applied.</summary>
    public ulong ReadIndex { get; set; }

    /// <summary>Workers only: it is being served, and so may take effect from now on, unless it only reads.</summary>
    public bool IsBegun { get; set; }

    /// <summary>Whether nobody waits for it any more.</summary>
    public bool IsCancelled => Volatile.Read(ref _phase) == Cancelled;

    /// <summary>The token for the value task of this use.</summary>
    public short Token => _core.Version;

    /// <summary>Begins a use, held by both sides.</summary>
    public void Begin(RequestKind kind, GroupId group, ReadOnlyMemory<byte> payload)
    {
        Kind = kind;
        Group = group;
        Payload = payload;
        _phase = Open;
        _holders = 2;
        _door = (ushort)Token;
        _isWithWorker = 1;
    }

    /// <summary>Begins a use for a change of members, a transfer or a creation.</summary>
    public void Begin(
        RequestKind kind, GroupId group, MembershipChange? change, ReplicaId target, Configuration? initial)
    {
        Begin(kind, group, ReadOnlyMemory<byte>.Empty);
        Change = change;
        Target = target;
        Initial = initial;
    }

    /// <summary>Door: cancellation ends the wait from now on, not the request.</summary>
    public void ObserveCancellation(CancellationToken cancellation)
    {
        if (cancellation.CanBeCanceled)
        {
            _registration = cancellation.UnsafeRegister(
                static (state, token) => ((PendingRequest)state!).Cancel(token), this); // It is this request.
        }
    }

    /// <summary>Door: the request was refused before any worker saw it.</summary>
    public void Refuse(RaftException failure)
    {
        var isOurs = TryLetGo();
        Invariant.Holds(isOurs);
        _failure = failure;
        Release();
        Complete();
    }

    /// <summary>Worker: the command was applied. The worker lets go of the request.</summary>
    public void Settle(ApplyResult result, ICompletionQueue completions)
    {
        if (TryLetGo())
        {
            _applied = result;
            completions.Enqueue(this);
        }

        Release();
    }

    /// <summary>Worker: the query was answered. The worker lets go of the request.</summary>
    public void Settle(ReadResult result, ICompletionQueue completions)
    {
        if (TryLetGo())
        {
            _read = result;
            completions.Enqueue(this);
        }
        else
        {
            result.View?.Dispose();
        }

        Release();
    }

    /// <summary>Worker: what was asked has happened. The worker lets go of the request.</summary>
    public void Settle(ICompletionQueue completions) => Settle(default(ApplyResult), completions);

    /// <summary>
    /// Worker: its command is copied to where it is bounded as a part of the log, and is kept here no longer.
    /// </summary>
    public void ReleasePayload()
    {
        Payload = default;
        _open?.ForgetBytes(this);
    }

    /// <summary>Worker: lets go of a request that nobody waits for any more.</summary>
    public void Abandon()
    {
        var isOurs = TryLetGo();
        Invariant.Holds(!isOurs);
        Release();
    }

    /// <summary>
    /// No worker runs any more, and none has let go of it: it fails. One that was not begun, or only reads, has no
    /// effect.
    /// </summary>
    public void FailUnserved(RaftErrorCode code, string message, ICompletionQueue completions)
    {
        var isHarmless = !IsBegun || Kind is RequestKind.Read or RequestKind.ReadLocal;
        Fail(code, isHarmless ? RequestOutcome.NotApplied : RequestOutcome.Unknown, message, completions);
    }

    /// <summary>List of open requests: takes it in, behind this one.</summary>
    public void Enlist(OpenRequests open, int bytes, PendingRequest? older)
    {
        Invariant.Holds(_open is null && _older is null && _newer is null);
        _open = open;
        _bytes = bytes;
        _older = older;
        if (older is not null)
        {
            older._newer = this;
        }
    }

    /// <summary>List of open requests: takes it out, and says between which ones it was.</summary>
    public (PendingRequest? Older, PendingRequest? Newer) Delist()
    {
        Invariant.Holds(_open is not null);
        var neighbours = (_older, _newer);
        if (_older is not null)
        {
            _older._newer = _newer;
        }

        if (_newer is not null)
        {
            _newer._older = _older;
        }

        (_open, _older, _newer) = (null, null, null);
        return neighbours;
    }

    /// <summary>List of open requests: the bytes that it counts for, which it does no longer.</summary>
    public int TakeBytes()
    {
        var bytes = _bytes;
        _bytes = 0;
        return bytes;
    }

    /// <summary>Worker: it failed. The worker lets go of the request.</summary>
    public void Fail(RaftErrorCode code, RequestOutcome outcome, string message, ICompletionQueue completions)
    {
        if (TryLetGo())
        {
            _failure = new RaftException(code, outcome, message);
            completions.Enqueue(this);
        }

        Release();
    }

    /// <inheritdoc/>
    public void Complete()
    {
        _registration.Dispose();
        if (_failure is null)
        {
            _core.SetResult(true);
        }
        else
        {
            _core.SetException(_failure);
        }
    }

    /// <inheritdoc/>
    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    /// <inheritdoc/>
    public void OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    ApplyResult IValueTaskSource<ApplyResult>.GetResult(short token)
    {
        var result = _applied;
        Take(token);
        return result;
    }

    ReadResult IValueTaskSource<ReadResult>.GetResult(short token)
    {
        var result = _read;
        Take(token);
        return result;
    }

    void IValueTaskSource.GetResult(short token) => Take(token);

    // Whether the outcome is the worker's to tell; false: the door has cancelled. The caller releases its hold.
    private bool TryLetGo()
    {
        Invariant.Holds(Interlocked.Exchange(ref _isWithWorker, 0) == 1);
        _open?.Remove(this);
        return Interlocked.CompareExchange(ref _phase, Settled, Open) == Open;
    }

    private void Cancel(CancellationToken token)
    {
        if (Interlocked.CompareExchange(ref _phase, Cancelled, Open) == Open)
        {
            _core.SetException(new OperationCanceledException(token));
        }
    }

    // Awaited twice, or read before its end: that throws, and touches nothing.
    private void Take(short token)
    {
        if (_core.GetStatus(token) == ValueTaskSourceStatus.Pending)
        {
            throw new InvalidOperationException("the request has no outcome yet: await it");
        }

        if (Interlocked.CompareExchange(ref _door, Nobody, (ushort)token) != (ushort)token)
        {
            throw new InvalidOperationException("the outcome of the request was taken before: await it once");
        }

        try
        {
            _core.GetResult(token);
        }
        finally
        {
            Release();
        }
    }

    private void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            _core.Reset();
            _registration = default;
            _failure = null;
            _applied = default;
            _read = default;
            Payload = default;
            Change = null;
            Initial = null;
            Target = default;
            Sequence = 0;
            Position = default;
            ReadIndex = 0;
            IsBegun = false;
            _pool.Return(this);
        }
    }
}
