namespace Sampan.Raft;

/// <summary>Whether a read index request was taken.</summary>
public enum ReadStatus : byte
{
    /// <summary>Its end comes as a read state under the ticket.</summary>
    Accepted = 0,

    /// <summary>No leader is known to ask.</summary>
    NoLeader = 1,

    /// <summary>Too many reads wait already.</summary>
    Busy = 2,

    /// <summary>This replica has no usable state to read (it waits for a snapshot).</summary>
    Unavailable = 3,
}
