namespace Sampan.Tidy.Tests.Core;

/// <summary>What a room may call (eng/banned).</summary>
internal enum RoomKind
{
    /// <summary>A function of its inputs.</summary>
    Pure,

    /// <summary>Runs in the simulator: no clock, no files but through ports.</summary>
    Machine,

    /// <summary>May wait: async, sockets; its time is a TimeProvider.</summary>
    Door,

    /// <summary>Touches the operating system.</summary>
    Wall,
}
