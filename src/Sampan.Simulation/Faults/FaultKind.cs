namespace Sampan.Simulation.Faults;

/// <summary>
/// Everything that may go wrong, or is done to a cluster on purpose, in a simulation. A report counts how often each
/// happened: one that never happened proves nothing.
/// </summary>
public enum FaultKind
{
    /// <summary>A message between replicas was lost.</summary>
    MessageDropped = 0,

    /// <summary>A message between replicas arrived twice.</summary>
    MessageRepeated = 1,

    /// <summary>A message between replicas was overtaken by later ones.</summary>
    MessageOvertaken = 2,

    /// <summary>A message took a hundred times as long as usual.</summary>
    MessageDelayed = 3,

    /// <summary>What was held back on a blocked way arrived in a burst.</summary>
    BurstAfterClog = 4,

    /// <summary>One store is not heard by another, but hears it.</summary>
    OneWayCut = 5,

    /// <summary>A store is cut off from all others.</summary>
    StoreIsolated = 6,

    /// <summary>The stores fall into two halves.</summary>
    Halves = 7,

    /// <summary>Two halves that one store connects.</summary>
    Bridge = 8,

    /// <summary>Each store hears its two neighbours only.</summary>
    Ring = 9,

    /// <summary>One store hears all, the others only it.</summary>
    Star = 10,

    /// <summary>Two stores do not hear each other.</summary>
    PairCut = 11,

    /// <summary>A way is cut and mended again and again.</summary>
    Flapping = 12,

    /// <summary>A stream breaks, and what was on its way is lost.</summary>
    StreamReset = 13,

    /// <summary>One end of a broken stream goes on believing in it for long.</summary>
    StreamHalfOpen = 14,

    /// <summary>A stream is opened while an end still believes in a former one.</summary>
    StreamStale = 15,

    /// <summary>A stranger introduces itself: of another cluster, or with an incarnation that nobody knows.</summary>
    Stranger = 16,

    /// <summary>A process is killed; the machine lives on.</summary>
    ProcessKilled = 20,

    /// <summary>A store loses its power.</summary>
    PowerLost = 21,

    /// <summary>The power goes within a call of the disk.</summary>
    PowerLostInCall = 22,

    /// <summary>The process dies within a call of the disk.</summary>
    KilledInCall = 23,

    /// <summary>A store dies while it starts.</summary>
    DiedInStart = 24,

    /// <summary>A store dies again and again, soon after each start.</summary>
    CrashLoop = 25,

    /// <summary>All processes are killed at once.</summary>
    AllKilled = 26,

    /// <summary>All stores lose their power at once.</summary>
    AllPowerLost = 27,

    /// <summary>A leader is cut off, comes back, and then the power goes everywhere.</summary>
    CutThenPowerLost = 28,

    /// <summary>A process gets no processor for a while.</summary>
    ProcessPaused = 29,

    /// <summary>A process gets no processor for several election timeouts.</summary>
    ProcessPausedLong = 30,

    /// <summary>One thread gets no processor for a while.</summary>
    ThreadPaused = 31,

    /// <summary>A process is many times slower.</summary>
    ProcessSlow = 32,

    /// <summary>A store comes back with another election timeout.</summary>
    TimeoutChanged = 33,

    /// <summary>A call to read fails.</summary>
    ReadFailed = 40,

    /// <summary>A call to write fails, perhaps done in part.</summary>
    WriteFailed = 41,

    /// <summary>A sync of a file fails once, and what it was to write is lost.</summary>
    SyncFailed = 42,

    /// <summary>A sync of a directory fails once, and names are lost.</summary>
    DirectorySyncFailed = 43,

    /// <summary>A change of names fails.</summary>
    RenameFailed = 44,

    /// <summary>The device does not answer any more, until the store was started again.</summary>
    DeviceGone = 45,

    /// <summary>The disk is full for a while.</summary>
    DiskFull = 46,

    /// <summary>A disk is many times slower.</summary>
    DiskSlow = 47,

    /// <summary>A disk does not answer for more than an election timeout.</summary>
    DiskHung = 48,

    /// <summary>A bit of the log flips.</summary>
    LogBitFlipped = 60,

    /// <summary>A sector of the log becomes zero.</summary>
    LogSectorZeroed = 61,

    /// <summary>A sector of the log is as it was before its last write.</summary>
    LogSectorStale = 62,

    /// <summary>A segment of the log is cut short.</summary>
    LogTruncated = 63,

    /// <summary>A segment of the log is missing.</summary>
    SegmentMissing = 64,

    /// <summary>The newest snapshot is damaged.</summary>
    SnapshotDamaged = 65,

    /// <summary>The identity of a store is damaged.</summary>
    IdentityDamaged = 66,

    /// <summary>A store comes back with an empty disk.</summary>
    DiskWiped = 67,

    /// <summary>A wall clock is off.</summary>
    WallClockSkewed = 80,

    /// <summary>A wall clock jumps, forward or back.</summary>
    WallClockJumped = 81,

    /// <summary>A clock drifts.</summary>
    ClockDrifts = 82,

    /// <summary>A learner is added.</summary>
    LearnerAdded = 100,

    /// <summary>A learner is promoted.</summary>
    LearnerPromoted = 101,

    /// <summary>A voter becomes a learner.</summary>
    VoterDemoted = 102,

    /// <summary>A member is removed.</summary>
    MemberRemoved = 103,

    /// <summary>The leader is removed.</summary>
    LeaderRemoved = 104,

    /// <summary>Several members change at once.</summary>
    SeveralChanged = 105,

    /// <summary>A member's priority changes.</summary>
    PriorityChanged = 106,

    /// <summary>A member whose disk is gone is replaced.</summary>
    MemberReplaced = 107,

    /// <summary>Leadership is handed over.</summary>
    LeadershipTransferred = 108,

    /// <summary>A snapshot is taken on demand.</summary>
    SnapshotTaken = 109,

    /// <summary>A store dies while it receives a snapshot.</summary>
    InstallInterrupted = 110,

    /// <summary>A client tries again what was refused.</summary>
    CallRetried = 120,

    /// <summary>A client gives up a call that goes on.</summary>
    CallCancelled = 121,

    /// <summary>A client asks several things at once.</summary>
    CallsPipelined = 122,

    /// <summary>What comes to a store, or what it sends, takes about as long as an election.</summary>
    WayLags = 123,

    /// <summary>A store hears others late, and then is heard by nobody.</summary>
    LaggardMuted = 124,

    /// <summary>A store is cut off, or dies, while a change of members is under way.</summary>
    CutInChange = 125,
}
