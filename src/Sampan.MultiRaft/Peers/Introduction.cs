using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.MultiRaft.Peers;

/// <summary>
/// Facts about this store that are to be told another one (<see cref="StoreMessageKind.Introduction"/>).
/// </summary>
internal readonly record struct Introduction(StoreId To, Handshake Facts);
