using Sampan.Model;

namespace Sampan.MultiRaft.Peers;

/// <summary>A store's life that was accepted and is not any more: its stream ends, for this reason.</summary>
internal readonly record struct Dismissal(StoreId Store, BootId Boot, string Reason);
