using Sampan.Model;

namespace Sampan.Simulation.Checks;

/// <summary>What checkers keep of an entry: enough to tell it from any other.</summary>
internal readonly record struct LoggedEntry(ulong Term, EntryKind Kind, ulong Hash)
{
    /// <summary>Of an entry that is written or was read.</summary>
    public static LoggedEntry Of(Entry entry) => new(entry.Term, entry.Kind, Fingerprint.Of(entry.Payload.Span));
}
