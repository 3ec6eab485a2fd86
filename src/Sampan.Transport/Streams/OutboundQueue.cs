using Sampan.Model;
using Sampan.Transport.Wire;

namespace Sampan.Transport.Streams;

/// <summary>
/// What waits for a stream, by lane, as frames. Not thread-safe: the stream's writer guards it.
/// </summary>
internal sealed class OutboundQueue
{
    private readonly PeerTransportOptions _options;
    private readonly Queue<(GroupId Group, byte[] Frames)>[] _lanes = [new(), new(), new()];
    private readonly int[] _positions = new int[Lanes.Count];
    private readonly long[] _bytes = new long[Lanes.Count];
    private readonly Dictionary<GroupId, long> _groupBytes = [];

    /// <summary>An empty queue.</summary>
    public OutboundQueue(PeerTransportOptions options) => _options = options;

    /// <summary>Adds a message's frames; false if its lane, or its group's part of it, is full.</summary>
    public bool TryAdd(byte lane, GroupId group, byte[] frames)
    {
        var max = lane switch
        {
            Lanes.Control => _options.ControlBytesMax,
            Lanes.Append => _options.AppendBytesMax,
            _ => _options.SnapshotBytesMax,
        };
        // A message larger than all of its room passes alone.
        if (_bytes[lane] > 0 && _bytes[lane] + frames.Length > max)
        {
            return false;
        }

        if (lane == Lanes.Append)
        {
            var ofGroup = _groupBytes.GetValueOrDefault(group);
            if (ofGroup > 0 && ofGroup + frames.Length > _options.GroupAppendBytesMax)
            {
                return false;
            }

            _groupBytes[group] = ofGroup + frames.Length;
        }

        _bytes[lane] += frames.Length;
        _lanes[lane].Enqueue((group, frames));
        return true;
    }

    /// <summary>Fills a buffer with whole frames, the lower lanes' first; returns how many bytes.</summary>
    public int Take(Span<byte> into)
    {
        var count = 0;
        for (var lane = 0; lane < Lanes.Count; lane++)
        {
            while (_lanes[lane].TryPeek(out var first))
            {
                var rest = first.Frames.AsSpan(_positions[lane]);
                var frame = rest[..FrameFormat.LengthOf(rest)];
                if (frame.Length > into.Length - count)
                {
                    return count;
                }

                frame.CopyTo(into[count..]);
                count += frame.Length;
                Advance(lane, first, frame.Length);
            }
        }

        return count;
    }

    private void Advance(int lane, (GroupId Group, byte[] Frames) message, int count)
    {
        _positions[lane] += count;
        _bytes[lane] -= count;
        if (lane == Lanes.Append)
        {
            var left = _groupBytes[message.Group] - count;
            _groupBytes[message.Group] = left;
            if (left == 0)
            {
                _groupBytes.Remove(message.Group);
            }
        }

        if (_positions[lane] == message.Frames.Length)
        {
            _positions[lane] = 0;
            _lanes[lane].Dequeue();
        }
    }
}
