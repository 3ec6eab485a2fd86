using Sampan.Model;

namespace Sampan.Raft.Tests.Fixture;

/// <summary>An apply task with the entries it names, which the log may have compacted when their turn comes.</summary>
internal readonly record struct ApplyWork(SnapshotMeta? Snapshot, IReadOnlyList<Entry> Entries);
