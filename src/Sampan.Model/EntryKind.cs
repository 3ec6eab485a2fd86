namespace Sampan.Model;

/// <summary>What a log entry's payload is.</summary>
public enum EntryKind : byte
{
    /// <summary>Nothing: the entry with which a leader starts its term (dissertation, 6.4).</summary>
    Empty = 0,

    /// <summary>A command for the state machine, opaque to the core.</summary>
    Command = 1,

    /// <summary>A whole <see cref="Configuration"/>, in force from the moment it is appended.</summary>
    Configuration = 2,
}
