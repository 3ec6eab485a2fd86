namespace Sampan.Simulation.Scheduling;

/// <summary>What an event of the simulation is; part of its hash.</summary>
internal enum EventKind : byte
{
    /// <summary>A worker runs once.</summary>
    Worker = 1,

    /// <summary>A message arrives.</summary>
    Delivery = 2,

    /// <summary>Something happens to a stream.</summary>
    Stream = 3,

    /// <summary>A request is completed.</summary>
    Completion = 4,

    /// <summary>A client acts.</summary>
    Client = 5,

    /// <summary>A fault begins or ends.</summary>
    Fault = 6,

    /// <summary>A store starts.</summary>
    Start = 7,
}
