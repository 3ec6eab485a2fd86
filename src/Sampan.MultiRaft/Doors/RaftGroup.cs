using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Groups;
using Sampan.Raft;

namespace Sampan.MultiRaft.Doors;

/// <summary>A group as doors see it: every call becomes a pending request in its worker's mailbox.</summary>
internal sealed class RaftGroup : IRaftGroup
{
    private readonly StoreOptions _options;
    private readonly GroupMailbox _mailbox;
    private readonly PendingRequestPool _pool;
    private GroupStatus _status;

    /// <summary>The door of a group.</summary>
    public RaftGroup(
        GroupId id, StoreOptions options, GroupMailbox mailbox, PendingRequestPool pool, GroupStatus status)
    {
        Id = id;
        _options = options;
        _mailbox = mailbox;
        _pool = pool;
        _status = status;
    }

    /// <inheritdoc/>
    public GroupId Id { get; }

    /// <summary>The core behind it, for checkers that run in the same thread; doors never touch it.</summary>
    public RaftReplica? Core { get; init; }

    /// <inheritdoc/>
    public GroupStatus Status => Volatile.Read(ref _status);

    /// <summary>The group worker publishes a newer status.</summary>
    public void Publish(GroupStatus status) => Volatile.Write(ref _status, status);

    /// <inheritdoc/>
    public ValueTask<ApplyResult> ProposeAsync(ReadOnlyMemory<byte> command, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<ApplyResult>(cancellation);
        }

        var request = _pool.Rent();
        request.Begin(RequestKind.Propose, Id, command);
        var token = request.Token;
        if (command.Length > _options.CommandBytesMax)
        {
            request.Refuse(new RaftException(
                RaftErrorCode.TooLarge,
                RequestOutcome.NotApplied,
                $"command of {command.Length} bytes; at most {_options.CommandBytesMax} are allowed"));
        }
        else
        {
            Post(request, cancellation);
        }

        return new ValueTask<ApplyResult>(request, token);
    }

    /// <inheritdoc/>
    public ValueTask<ReadResult> ReadAsync(
        ReadOnlyMemory<byte> query, ReadConsistency consistency, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<ReadResult>(cancellation);
        }

        var request = _pool.Rent();
        var kind = consistency == ReadConsistency.Linearizable ? RequestKind.Read : RequestKind.ReadLocal;
        request.Begin(kind, Id, query);
        var token = request.Token;
        Post(request, cancellation);
        return new ValueTask<ReadResult>(request, token);
    }

    /// <inheritdoc/>
    public ValueTask ChangeMembershipAsync(MembershipChange change, CancellationToken cancellation) =>
        PostControl(RequestKind.ChangeMembership, change, default, cancellation);

    /// <inheritdoc/>
    public ValueTask TransferLeadershipAsync(ReplicaId target, CancellationToken cancellation) =>
        PostControl(RequestKind.Transfer, null, target, cancellation);

    /// <inheritdoc/>
    public ValueTask TakeSnapshotAsync(CancellationToken cancellation) =>
        PostControl(RequestKind.Snapshot, null, default, cancellation);

    private ValueTask PostControl(
        RequestKind kind, MembershipChange? change, ReplicaId target, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellation);
        }

        var request = _pool.Rent();
        request.Begin(kind, Id, change, target, null);
        var token = request.Token;
        Post(request, cancellation);
        return new ValueTask(request, token);
    }

    private void Post(PendingRequest request, CancellationToken cancellation)
    {
        // Registered before it is posted: afterwards the object may be settled, and reused, at any moment.
        request.ObserveCancellation(cancellation);
        _mailbox.Post(request);
    }
}
