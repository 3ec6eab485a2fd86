using Sampan.Model;

namespace Sampan.MultiRaft.Groups;

/// <summary>The end of a snapshot's way to a replica.</summary>
/// <param name="Message">The core's message that asked for it.</param>
/// <param name="Succeeded">Whether it arrived.</param>
/// <param name="IsUnreadable">Whether it could not even be read here.</param>
internal readonly record struct SnapshotResult(Message Message, bool Succeeded, bool IsUnreadable);
