using Google.Protobuf;
using Sampan.Base;
using Sampan.Protocol.Etcd;

namespace Sampan.Etcd.Machine;

/// <summary>Sets the header of any response of the machine; without reflection, since it is on every write's way.
/// </summary>
internal static class ResponseHeaders
{
    /// <summary>Sets it.</summary>
    public static void Set(IMessage response, ResponseHeader header)
    {
        switch (response)
        {
            case PutResponse put:
                put.Header = header;
                break;
            case RangeResponse range:
                range.Header = header;
                break;
            case DeleteRangeResponse delete:
                delete.Header = header;
                break;
            case TxnResponse txn:
                txn.Header = header;
                break;
            case CompactionResponse compaction:
                compaction.Header = header;
                break;
            case HashKVResponse hash:
                hash.Header = header;
                break;
            case MemberListResponse members:
                members.Header = header;
                break;
            case StatusResponse status:
                status.Header = header;
                break;
            default:
                Invariant.Unreachable($"{response.Descriptor.Name} is no response of the machine");
                break;
        }
    }
}
