using Sampan.Model;

namespace Sampan.MultiRaft.Abstractions;

/// <summary>
/// One stream to one life of a store. The number rises with every stream that this process opens or accepts.
/// </summary>
public readonly record struct StoreConnection(StoreId Store, BootId Boot, ulong Number);
