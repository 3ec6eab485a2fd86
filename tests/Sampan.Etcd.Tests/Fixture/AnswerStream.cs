namespace Sampan.Etcd.Tests.Fixture;

/// <summary>Takes an answer; what is more than a few bytes as soon as the caller reads.</summary>
internal sealed class AnswerStream(Task reads) : MemoryStream
{
    private const int SmallBytes = 1024;

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.Length > SmallBytes)
        {
            await reads.WaitAsync(cancellationToken);
        }

        Write(buffer.Span);
    }
}
