using Google.Protobuf;
using Sampan.Base;
using Sampan.Mvcc;
using Sampan.Protocol.Etcd;
using Sampan.Protocol.Mvcc;

namespace Sampan.Etcd.Machine;

/// <summary>
/// Makes the bytes of results: status, then the response with its header. The responses of puts and ranges are written
/// without an object per key; the rest by the generated code.
/// </summary>
internal sealed class EtcdResults
{
    // gRPC's peers take no larger message.
    private const long ResponseBytesMax = int.MaxValue - 1024;

    private readonly EtcdMachineOptions _options;

    /// <summary>Results of this store.</summary>
    public EtcdResults(EtcdMachineOptions options) => _options = options;

    /// <summary>A result that says why there is no response.</summary>
    public static byte[] Error(EtcdError error)
    {
        Invariant.Holds(error != EtcdError.None);
        return [(byte)error];
    }

    /// <summary>A response; it gets its header here.</summary>
    public byte[] Response(IMessage response, StoreMoment moment) =>
        TryAddHeader(response, moment) ? BytesOf(response) : Error(EtcdError.ResponseTooLarge);

    /// <summary>The same, with the bytes left for later.</summary>
    public SizedAnswer SizedResponse(IMessage response, StoreMoment moment) => TryAddHeader(response, moment)
        ? new SizedAnswer(1 + response.CalculateSize(), () => BytesOf(response))
        : SizedAnswer.Of(Error(EtcdError.ResponseTooLarge));

    /// <summary>The response to a put.</summary>
    public byte[] Put(ReadOnlySpan<byte> key, in KeyVersion? previous, StoreMoment moment)
    {
        var headerBytes = HeaderBytes(moment);
        var previousBytes = previous is { } counted ? PairBytes(key.Length, counted, withValue: true) : 0;
        var result = new byte[
            1 + WireWriter.BlockBytes(headerBytes) + (previous is null ? 0 : WireWriter.BlockBytes(previousBytes))];
        var writer = new WireWriter(result.AsSpan(1));
        WriteHeader(ref writer, PutResponse.HeaderFieldNumber, headerBytes, moment);
        if (previous is { } version)
        {
            writer.WriteStart(PutResponse.PrevKvFieldNumber, previousBytes);
            WritePair(ref writer, key, version, withValue: true);
        }

        Invariant.Holds(writer.IsFull);
        return result;
    }

    /// <summary>The response to a range of one key.</summary>
    public byte[] Range(in KeyVersion? found, RangeFields fields, StoreMoment moment)
    {
        var headerBytes = HeaderBytes(moment);
        var isShown = found is not null && !fields.CountOnly;
        var pairBytes = isShown ? PairBytes(fields.Key.Length, found.GetValueOrDefault(), !fields.KeysOnly) : 0;
        var count = found is null ? 0UL : 1UL;
        var result = new byte[
            1 + WireWriter.BlockBytes(headerBytes) + (isShown ? WireWriter.BlockBytes(pairBytes) : 0)
            + WireWriter.NumberBytes(count)];
        var writer = new WireWriter(result.AsSpan(1));
        WriteHeader(ref writer, RangeResponse.HeaderFieldNumber, headerBytes, moment);
        if (isShown)
        {
            writer.WriteStart(RangeResponse.KvsFieldNumber, pairBytes);
            WritePair(ref writer, fields.Key, found.GetValueOrDefault(), !fields.KeysOnly);
        }

        writer.WriteNumber(RangeResponse.CountFieldNumber, count);
        Invariant.Holds(writer.IsFull);
        return result;
    }

    /// <summary>The response to any range.</summary>
    public SizedAnswer Range(RangeAnswer answer, StoreMoment moment)
    {
        var headerBytes = HeaderBytes(moment);
        var bytes = WireWriter.BlockBytes(headerBytes) + (answer.More ? 2 : 0)
            + WireWriter.NumberBytes((ulong)answer.Count);
        foreach (var version in answer.Versions)
        {
            bytes += WireWriter.BlockBytes(PairBytes(version.Key.Length, version, !answer.KeysOnly));
        }

        return bytes > ResponseBytesMax
            ? SizedAnswer.Of(Error(EtcdError.ResponseTooLarge))
            : new SizedAnswer(1 + bytes, () => BytesOf(answer, moment, 1 + bytes));
    }

    private bool TryAddHeader(IMessage response, StoreMoment moment)
    {
        if (ResponseSizes.Of(response) > ResponseBytesMax)
        {
            return false;
        }

        ResponseHeaders.Set(response, new ResponseHeader
        {
            ClusterId = _options.ClusterId,
            MemberId = _options.MemberId,
            Revision = moment.Revision,
            RaftTerm = moment.Term,
        });
        return true;
    }

    private static byte[] BytesOf(IMessage response)
    {
        var result = new byte[1 + response.CalculateSize()];
        response.WriteTo(result.AsSpan(1));
        return result;
    }

    private byte[] BytesOf(RangeAnswer answer, StoreMoment moment, long sizeBytes)
    {
        var headerBytes = HeaderBytes(moment);
        var result = new byte[sizeBytes];
        var writer = new WireWriter(result.AsSpan(1));
        WriteHeader(ref writer, RangeResponse.HeaderFieldNumber, headerBytes, moment);
        foreach (var version in answer.Versions)
        {
            writer.WriteStart(
                RangeResponse.KvsFieldNumber, PairBytes(version.Key.Length, version, !answer.KeysOnly));
            WritePair(ref writer, version.Key.Span, version, !answer.KeysOnly);
        }

        writer.WriteNumber(RangeResponse.MoreFieldNumber, answer.More ? 1UL : 0UL);
        writer.WriteNumber(RangeResponse.CountFieldNumber, (ulong)answer.Count);
        Invariant.Holds(writer.IsFull);
        return result;
    }

    private long HeaderBytes(StoreMoment moment) =>
        WireWriter.NumberBytes(_options.ClusterId)
        + WireWriter.NumberBytes(_options.MemberId)
        + WireWriter.NumberBytes((ulong)moment.Revision)
        + WireWriter.NumberBytes(moment.Term);

    private void WriteHeader(ref WireWriter writer, int field, long headerBytes, StoreMoment moment)
    {
        writer.WriteStart(field, headerBytes);
        writer.WriteNumber(ResponseHeader.ClusterIdFieldNumber, _options.ClusterId);
        writer.WriteNumber(ResponseHeader.MemberIdFieldNumber, _options.MemberId);
        writer.WriteNumber(ResponseHeader.RevisionFieldNumber, (ulong)moment.Revision);
        writer.WriteNumber(ResponseHeader.RaftTermFieldNumber, moment.Term);
    }

    private static long PairBytes(int keyBytes, in KeyVersion version, bool withValue) =>
        WireWriter.BlockBytes(keyBytes)
        + WireWriter.NumberBytes((ulong)version.CreateRevision)
        + WireWriter.NumberBytes((ulong)version.ModRevision)
        + WireWriter.NumberBytes((ulong)version.Version)
        + (withValue && !version.Value.IsEmpty ? WireWriter.BlockBytes(version.Value.Length) : 0)
        + WireWriter.NumberBytes((ulong)version.Lease);

    private static void WritePair(
        ref WireWriter writer, ReadOnlySpan<byte> key, in KeyVersion version, bool withValue)
    {
        writer.WriteBytes(KeyValue.KeyFieldNumber, key);
        writer.WriteNumber(KeyValue.CreateRevisionFieldNumber, (ulong)version.CreateRevision);
        writer.WriteNumber(KeyValue.ModRevisionFieldNumber, (ulong)version.ModRevision);
        writer.WriteNumber(KeyValue.VersionFieldNumber, (ulong)version.Version);
        writer.WriteBytes(KeyValue.ValueFieldNumber, withValue ? version.Value.Span : default);
        writer.WriteNumber(KeyValue.LeaseFieldNumber, (ulong)version.Lease);
    }
}
