using Sampan.Model;

namespace Sampan.MultiRaft.Stores;

/// <summary>A store and the incarnation it was seen with.</summary>
internal readonly record struct KnownStore(StoreId Store, Incarnation Incarnation);
