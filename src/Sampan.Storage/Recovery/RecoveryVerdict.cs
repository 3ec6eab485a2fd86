namespace Sampan.Storage.Recovery;

/// <summary>What becomes of a group when its majority is given up.</summary>
public enum RecoveryVerdict
{
    /// <summary>This store's replica becomes its only member.</summary>
    Recovered = 0,

    /// <summary>This store's replica is its only member already: nothing is changed.</summary>
    Alone = 1,

    /// <summary>It was not asked for: nothing is changed, and other stores no longer talk to it.</summary>
    LeftOut = 2,

    /// <summary>It cannot be; <see cref="RecoveryOfGroup.Refusal"/> says why.</summary>
    Refused = 3,
}
