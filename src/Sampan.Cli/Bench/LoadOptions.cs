using System.Globalization;

namespace Sampan.Cli.Bench;

/// <summary>A load: what, how much, against whom.</summary>
public sealed record LoadOptions
{
    /// <summary>What clients do.</summary>
    public required LoadKind Kind { get; init; }

    /// <summary>The endpoints; clients are spread over them.</summary>
    public required IReadOnlyList<Uri> Endpoints { get; init; }

    /// <summary>Clients at once.</summary>
    public required int Clients { get; init; }

    /// <summary>Connections at most.</summary>
    public required int Connections { get; init; }

    /// <summary>Ends after so many requests; 0: after <see cref="Duration"/>.</summary>
    public required int Total { get; init; }

    /// <summary>Ends after this time.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Different keys.</summary>
    public required int Keys { get; init; }

    /// <summary>Bytes of a key.</summary>
    public required int KeyBytes { get; init; }

    /// <summary>Bytes of a value.</summary>
    public required int ValueBytes { get; init; }

    /// <summary>Whether gets may be answered by any member from what it has.</summary>
    public required bool IsSerializable { get; init; }

    /// <summary>Whether the keys are there already, so that gets need not put them first.</summary>
    public bool IsFilled { get; init; }

    /// <summary>Throws <see cref="LoadException"/> naming the option, its value and what is allowed.</summary>
    public void Validate()
    {
        Require(Endpoints.Count > 0, "--endpoints", Endpoints.Count, "at least one");
        Require(Clients is >= 1 and <= 100_000, "--clients", Clients, "from 1 to 100000");
        Require(Connections is >= 1 and <= 1024, "--connections", Connections, "from 1 to 1024");
        Require(Total >= 0, "--total", Total, "0 or more");
        Require(Total > 0 || Duration > TimeSpan.Zero, "--seconds", Duration.TotalSeconds, "above 0");
        Require(Keys >= 1, "--keys", Keys, "1 or more");
        Require(KeyBytes is >= 8 and <= 1024, "--key-size", KeyBytes, "from 8 to 1024");
        Require(
            KeyBytes > 10 || Keys <= Math.Pow(10, KeyBytes - 1),
            "--key-size",
            KeyBytes,
            $"large enough for {Keys} different keys");
        Require(ValueBytes is >= 0 and <= 1_000_000, "--value-size", ValueBytes, "from 0 to 1000000");
    }

    private static void Require(bool condition, string setting, double value, string allowed)
    {
        if (!condition)
        {
            throw new LoadException(string.Create(
                CultureInfo.InvariantCulture, $"{setting} is {value}; it must be {allowed}."));
        }
    }
}
