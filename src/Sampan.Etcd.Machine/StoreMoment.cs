namespace Sampan.Etcd.Machine;

/// <summary>When an answer was made, as its header tells it.</summary>
internal readonly record struct StoreMoment(long Revision, ulong Term);
