namespace Sampan.Simulation;

/// <summary>Which state machine the groups replicate.</summary>
public enum SimulatedWorkload
{
    /// <summary>Registers with a hash of their whole history.</summary>
    Registers = 0,

    /// <summary>etcd's keys: the same registers by puts and transactions, between deletes and compactions.</summary>
    Etcd = 1,
}
