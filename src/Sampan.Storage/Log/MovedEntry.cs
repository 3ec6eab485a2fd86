namespace Sampan.Storage.Log;

/// <summary>An entry of a group that was written again, and where it lies now.</summary>
internal readonly record struct MovedEntry(ulong Index, EntryLocation To);
