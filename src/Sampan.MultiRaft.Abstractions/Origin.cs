using Sampan.Model;

namespace Sampan.MultiRaft.Abstractions;

/// <summary>
/// Which door of which life of which store a proposal came through: it is answered there, when it is applied there.
/// </summary>
public readonly record struct Origin(StoreId Store, BootId Boot, ulong Sequence);
