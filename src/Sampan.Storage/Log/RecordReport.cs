using Sampan.Model;

namespace Sampan.Storage.Log;

/// <summary>
/// What an inspection says of a record. <paramref name="Position"/> is an entry's, or zero;
/// <paramref name="OffsetBytes"/> is counted from the beginning of the file.
/// </summary>
public readonly record struct RecordReport(
    RecordKind Kind, GroupId Group, LogId Position, long OffsetBytes, int LengthBytes);
