namespace Sampan.Linearizability.Checks;

/// <summary>What the accounts of a <see cref="BankCheck"/> must keep.</summary>
/// <param name="Total">The sum of all balances; that of the first read if null.</param>
/// <param name="MayBeNegative">Whether an account may be overdrawn.</param>
public readonly record struct BankRules(long? Total = null, bool MayBeNegative = false);
