namespace Sampan.Transport;

/// <summary>
/// Tells the operator of strangers and refusals, at a bounded rate: the same sentence about the same origin once a
/// minute, few different ones, and of what was left out how much it was. Any thread.
/// </summary>
internal sealed class Complaints
{
    /// <summary>How many different sentences about an origin are told in a minute.</summary>
    public const int SentencesMax = 3;

    /// <summary>How many origins are told apart; what is more counts as one.</summary>
    public const int OriginsMax = 64;

    /// <summary>For how long a sentence is not repeated.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private const string Others = "other addresses";

    // Guards the fields below.
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Account> _accounts = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;
    private readonly IPeerEvents _events;

    /// <summary>Nothing was told yet.</summary>
    public Complaints(TimeProvider time, IPeerEvents events)
    {
        _time = time;
        _events = events;
    }

    /// <summary>A handshake was refused, by this store or by the other.</summary>
    public void Refused(string origin, string whom, string reason)
    {
        if (MayTell(origin, reason))
        {
            _events.OnRefused(whom, reason);
        }
    }

    /// <summary>Somebody was cut off.</summary>
    public void Intruder(string origin, string address, string reason)
    {
        if (MayTell(origin, reason))
        {
            _events.OnIntruder(address, reason);
        }
    }

    /// <summary>Now and then: tells how much was left out of the minutes that are over.</summary>
    public void Sum()
    {
        var over = new List<(string Origin, long Count)>();
        // The gate of the accounts.
        lock (_gate)
        {
            foreach (var (origin, account) in _accounts)
            {
                if (IsOver(account))
                {
                    _accounts.Remove(origin);
                    over.Add((origin, account.LeftOut));
                }
            }
        }

        foreach (var (origin, count) in over.Where(one => one.Count > 0))
        {
            _events.OnSuppressed(origin, count);
        }
    }

    private bool MayTell(string origin, string reason)
    {
        Sum();
        // The gate of the accounts.
        lock (_gate)
        {
            var key = _accounts.ContainsKey(origin) || _accounts.Count < OriginsMax ? origin : Others;
            if (!_accounts.TryGetValue(key, out var account))
            {
                _accounts[key] = account = new Account(_time.GetTimestamp());
            }

            if (account.Sentences.Count < SentencesMax && !account.Sentences.Contains(reason, StringComparer.Ordinal))
            {
                account.Sentences.Add(reason);
                return true;
            }

            account.LeftOut++;
            return false;
        }
    }

    private bool IsOver(Account account) => _time.GetElapsedTime(account.Since) >= Window;

    private sealed class Account(long since)
    {
        public long Since { get; } = since;

        public List<string> Sentences { get; } = [];

        public long LeftOut { get; set; }
    }
}
