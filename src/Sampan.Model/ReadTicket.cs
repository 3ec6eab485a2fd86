namespace Sampan.Model;

/// <summary>
/// Names one read for ever: the term of the replica that made it and a counter that never repeats in its life (D2).
/// </summary>
public readonly record struct ReadTicket(ulong Term, ulong Counter);
