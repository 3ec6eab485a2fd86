namespace Sampan.Simulation;

/// <summary>A defect that a run is given on purpose, to show that the checks would find it.</summary>
public enum PlantedBug
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>
    /// A vote is not written with its term: after a crash a replica votes again in the same term (A1).
    /// </summary>
    VoteForgotten = 1,

    /// <summary>
    /// An index that was durable once counts as durable whatever takes its place: acknowledgements bless entries that
    /// never reach the disk (B12).
    /// </summary>
    OverwriteBlessed = 2,
}
