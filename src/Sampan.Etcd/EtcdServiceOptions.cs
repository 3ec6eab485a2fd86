namespace Sampan.Etcd;

/// <summary>Who serves, and the limits that a request is checked against.</summary>
public sealed record EtcdServiceOptions
{
    /// <summary>The version of etcd whose answers are given; clients choose what they ask for by it.</summary>
    public const string EtcdVersion = "3.5.0";

    /// <summary>In every response's header.</summary>
    public required ulong ClusterId { get; init; }

    /// <summary>In every response's header: this store's id.</summary>
    public required ulong MemberId { get; init; }

    /// <summary>
    /// The peer URLs of the cluster's first members by their ids, for those that have not said more yet.
    /// </summary>
    public required IReadOnlyDictionary<ulong, IReadOnlyList<string>> PeerUrls { get; init; }

    /// <summary>How large a request may be, in bytes.</summary>
    public int RequestBytesMax { get; init; } = 1_572_864;

    /// <summary>How many operations a transaction may have.</summary>
    public int TxnOperationsMax { get; init; } = 128;

    /// <summary>How many keys the compares and ranges of a transaction may look at.</summary>
    public long TxnKeysMax { get; init; } = 1_000_000;

    /// <summary>How many bytes of data there may be before puts are refused.</summary>
    public long QuotaBytes { get; init; } = 2L * 1024 * 1024 * 1024;

    /// <summary>
    /// How many bytes of large answers may be under way, made and not yet taken by their callers. One that is larger
    /// passes when nothing else is under way.
    /// </summary>
    public long AnswerBytesMax { get; init; } = 1L << 30;

    /// <summary>The same for one connection.</summary>
    public long ConnectionAnswerBytesMax { get; init; } = 1L << 28;

    /// <summary>How many large answers are made at once; each takes a processor.</summary>
    public int LargeAnswersAtOnceMax { get; init; } = Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>How long a request may take; etcd's is five seconds and two election timeouts.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(7);

    /// <summary>Throws <see cref="ArgumentException"/> for a setting that is out of its bounds.</summary>
    public void Validate()
    {
        Require(RequestBytesMax > 0, nameof(RequestBytesMax), $"{RequestBytesMax}", "above 0");
        Require(TxnOperationsMax > 0, nameof(TxnOperationsMax), $"{TxnOperationsMax}", "above 0");
        Require(TxnKeysMax > 0, nameof(TxnKeysMax), $"{TxnKeysMax}", "above 0");
        Require(AnswerBytesMax > 0, nameof(AnswerBytesMax), $"{AnswerBytesMax}", "above 0");
        Require(
            ConnectionAnswerBytesMax > 0, nameof(ConnectionAnswerBytesMax), $"{ConnectionAnswerBytesMax}", "above 0");
        Require(LargeAnswersAtOnceMax > 0, nameof(LargeAnswersAtOnceMax), $"{LargeAnswersAtOnceMax}", "above 0");
        Require(QuotaBytes > 0, nameof(QuotaBytes), $"{QuotaBytes}", "above 0");
        Require(RequestTimeout > TimeSpan.Zero, nameof(RequestTimeout), $"{RequestTimeout}", "above 0");
    }

    private static void Require(bool condition, string setting, string value, string allowed)
    {
        if (!condition)
        {
            throw new ArgumentException($"{setting} is {value}; it must be {allowed}.", setting);
        }
    }
}
