using System.Threading.Channels;
using Sampan.Etcd.Machine;
using Sampan.Grpc;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Etcd;

/// <summary>
/// Makes large answers: a few at a time, on threads of the pool and never on the one that completes everybody's
/// requests, and only when there is room for their bytes. Who finds no room asks the group again when there is, so
/// nothing is held meanwhile. Any thread.
/// </summary>
internal sealed class LargeAnswers
{
    /// <summary>Smaller ones are neither counted nor held back.</summary>
    public const int LeastBytes = 64 * 1024;

    // Holds one item for each answer that is being made: a semaphore that nobody has to dispose of.
    private readonly Channel<bool> _makers;
    private readonly ByteBudget _budget;

    /// <summary>Answers within these limits.</summary>
    public LargeAnswers(EtcdServiceOptions options)
    {
        _makers = Channel.CreateBounded<bool>(options.LargeAnswersAtOnceMax);
        _budget = new ByteBudget
        {
            TotalMax = options.AnswerBytesMax,
            ConnectionMax = options.ConnectionAnswerBytesMax,
        };
    }

    /// <summary>
    /// Makes the answer of a read, or asks again as soon as there is room for it. What it takes of the budget is given
    /// back when the call has sent it.
    /// </summary>
    public async ValueTask<ReadOnlyMemory<byte>> MakeAsync(
        ReadResult read, Func<CancellationToken, ValueTask<ReadResult>> again, GrpcCall call, CancellationToken limit)
    {
        var first = await TryMakeAsync(read, call, heldBytes: 0, limit).ConfigureAwait(false);
        if (first.Answer is { } answer)
        {
            return answer;
        }

        ByteLease lease;
        try
        {
            lease = await _budget.TakeAsync(call.Connection, first.SizeBytes, limit).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!call.Cancellation.IsCancellationRequested)
        {
            throw EtcdErrors.TooManyAnswers;
        }

        call.DisposeAtEnd(lease);
        var second = await TryMakeAsync(
            await again(limit).ConfigureAwait(false), call, lease.Bytes, limit).ConfigureAwait(false);
        return second.Answer ?? throw EtcdErrors.TooManyAnswers;
    }

    /// <summary>Counts an answer that must go out, since something was done.</summary>
    public void Count(ReadOnlyMemory<byte> answer, GrpcCall call)
    {
        if (answer.Length >= LeastBytes)
        {
            call.DisposeAtEnd(_budget.TakeAnyway(call.Connection, answer.Length));
        }
    }

    private async ValueTask<Attempt> TryMakeAsync(
        ReadResult read, GrpcCall call, long heldBytes, CancellationToken limit)
    {
        if (read.View is not DeferredAnswer deferred)
        {
            return IsTaken(read.Answer.Length, call, heldBytes)
                ? new Attempt(read.Answer, read.Answer.Length)
                : new Attempt(null, read.Answer.Length);
        }

        using (deferred)
        {
            await EnterAsync(call, limit).ConfigureAwait(false);
            try
            {
                // Whoever completed the read goes on with the next one.
                await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
                var sized = deferred.Read();
                return IsTaken(sized.SizeBytes, call, heldBytes)
                    ? new Attempt(sized.Write(), sized.SizeBytes)
                    : new Attempt(null, sized.SizeBytes);
            }
            finally
            {
                _makers.Reader.TryRead(out _);
            }
        }
    }

    private async ValueTask EnterAsync(GrpcCall call, CancellationToken limit)
    {
        try
        {
            await _makers.Writer.WriteAsync(true, limit).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!call.Cancellation.IsCancellationRequested)
        {
            throw EtcdErrors.TooManyAnswers;
        }
    }

    // What grew a little while it waited takes the rest, too.
    private bool IsTaken(long sizeBytes, GrpcCall call, long heldBytes)
    {
        var more = sizeBytes - heldBytes;
        if (more < LeastBytes)
        {
            return true;
        }

        var taken = _budget.TryTake(call.Connection, more);
        if (taken is not null)
        {
            call.DisposeAtEnd(taken);
        }

        return taken is not null;
    }

    // Without an answer there was no room for it.
    private readonly record struct Attempt(ReadOnlyMemory<byte>? Answer, long SizeBytes);
}
