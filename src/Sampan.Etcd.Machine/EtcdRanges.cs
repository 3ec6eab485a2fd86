using Google.Protobuf;
using Sampan.Base;

namespace Sampan.Etcd.Machine;

/// <summary>
/// etcd's way to name a range: a key and an end that may be absent (that key) or a zero byte (no end).
/// </summary>
public static class EtcdRanges
{
    /// <summary>The range that a request names.</summary>
    public static KeyRange Of(ByteString key, ByteString rangeEnd) =>
        rangeEnd.IsEmpty ? KeyRange.Of(key.Span)
        : rangeEnd.Length == 1 && rangeEnd[0] == 0 ? KeyRange.From(key.Memory)
        : KeyRange.Between(key.Memory, rangeEnd.Memory);
}
