namespace Sampan.Tidy.Tests.Core;

/// <summary>One row of the table of rooms and rights.</summary>
/// <param name="Name">The project's name without <c>Sampan.</c></param>
/// <param name="Kind">What it may call.</param>
/// <param name="MayReference">Rooms it may name, without <c>Sampan.</c></param>
/// <param name="FirstEventId">
/// Its log events have ids from here on, below the next thousand; 0 if it never logs.
/// </param>
internal sealed record Room(string Name, RoomKind Kind, IReadOnlyList<string> MayReference, int FirstEventId = 0)
{
    /// <summary>Packages it may name besides the analyzers that every project gets.</summary>
    public IReadOnlyList<string> Packages { get; init; } = [];

    /// <summary>Whether it may use ASP.NET Core.</summary>
    public bool IsWeb { get; init; }

    /// <summary>Whether its public API is a promise and has a snapshot.</summary>
    public bool IsShipped { get; init; } = true;

    /// <summary>Whether locks are allowed anywhere in it (doors).</summary>
    public bool MayLock { get; init; }

    /// <summary>Whether services and options may be injected (the server's edge).</summary>
    public bool MayInject { get; init; }

    /// <summary>Who sees its internals, beside its tests: rooms that judge it.</summary>
    public IReadOnlyList<string> Judges { get; init; } = [];
}
