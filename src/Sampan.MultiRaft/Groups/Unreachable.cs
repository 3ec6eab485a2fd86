using Sampan.Model;

namespace Sampan.MultiRaft.Groups;

/// <summary>A report that a group's appends to a store were dropped.</summary>
internal readonly record struct Unreachable(StoreId Store, GroupId Group);
