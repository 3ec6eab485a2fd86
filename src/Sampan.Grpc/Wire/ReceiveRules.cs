namespace Sampan.Grpc.Wire;

/// <summary>What one side accepts from the other in a call.</summary>
/// <param name="BytesMax">The largest message in bytes, before and after decompression.</param>
/// <param name="IsGzip">Whether messages may be compressed: the head of the call named gzip.</param>
internal readonly record struct ReceiveRules(int BytesMax, bool IsGzip);
