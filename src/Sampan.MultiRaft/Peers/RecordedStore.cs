using Sampan.Model;

namespace Sampan.MultiRaft.Peers;

/// <summary>A store and the incarnation that is durably recorded of it.</summary>
internal readonly record struct RecordedStore(StoreId Store, Incarnation Incarnation);
