namespace Sampan.Storage.Log;

/// <summary>Walks the records of a batch's body; copies and allocates nothing.</summary>
internal ref struct RecordReader
{
    private readonly ReadOnlySpan<byte> _body;
    private int _next;

    /// <summary>A reader at the first record.</summary>
    public RecordReader(ReadOnlySpan<byte> body)
    {
        _body = body;
    }

    /// <summary>Where the record that was read last begins in the body.</summary>
    public int Offset { get; private set; }

    /// <summary>Whether the reader came to the end of the body, and nothing on the way was bad.</summary>
    public readonly bool IsAtEnd => _next == _body.Length;

    /// <summary>Reads the next record; false at the end, or where no sound record stands.</summary>
    public bool TryNext(out LogRecord record)
    {
        record = default;
        if (IsAtEnd || !LogRecord.TryRead(_body[_next..], out record))
        {
            return false;
        }

        var padded = LogFormat.Padded((long)record.LengthBytes);
        if (_body.Length - _next < padded)
        {
            return false;
        }

        Offset = _next;
        _next += (int)padded;
        return true;
    }
}
