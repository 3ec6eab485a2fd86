using System.Buffers.Binary;
using Sampan.Base;
using Sampan.Engine;

namespace Sampan.Mvcc;

/// <summary>
/// Reads both trees as of one moment, for the store and for views. The current tree holds the live version of each key,
/// the history tree those that were superseded and the tombstones.
/// </summary>
internal readonly struct MvccReader
{
    private readonly IKvReader _current;
    private readonly IKvReader _history;
    private readonly long _revision;
    private readonly long _compactRevision;

    /// <summary>A reader of trees whose newest change is this revision.</summary>
    public MvccReader(IKvReader current, IKvReader history, long revision, long compactRevision)
    {
        _current = current;
        _history = history;
        _revision = revision;
        _compactRevision = compactRevision;
    }

    /// <summary>Whether a revision can be read; 0 and less is now.</summary>
    public MvccStatus Check(long revision) =>
        revision > _revision ? MvccStatus.FutureRevision
        : revision > 0 && revision < _compactRevision ? MvccStatus.Compacted
        : MvccStatus.Ok;

    /// <summary>Reads a page of a range, and counts the whole of it.</summary>
    public MvccStatus Range(in KeyRange range, long revision, long limit, List<KeyVersion> into, out long count)
    {
        count = 0;
        var status = Check(revision);
        if (status != MvccStatus.Ok || range.IsEmpty)
        {
            return status;
        }

        if (revision > 0 && revision < _revision)
        {
            count = WalkOld(range, revision, limit, into);
            return MvccStatus.Ok;
        }

        count = _current.CountOf(range);
        var wanted = limit > 0 ? Math.Min(limit, count) : count;
        if (wanted == 0)
        {
            return MvccStatus.Ok;
        }

        var cursor = _current.OpenCursor();
        cursor.Seek(range.Start.Span);
        for (var taken = 0L; taken < wanted; taken++)
        {
            into.Add(VersionRecord.Decode(cursor.Key, cursor.Value));
            if (taken + 1 < wanted)
            {
                cursor.Next();
            }
        }

        return MvccStatus.Ok;
    }

    /// <summary>Counts a range.</summary>
    public MvccStatus Count(in KeyRange range, long revision, out long count)
    {
        count = 0;
        var status = Check(revision);
        if (status == MvccStatus.Ok && !range.IsEmpty)
        {
            count = revision > 0 && revision < _revision
                ? WalkOld(range, revision, limit: 0, into: null)
                : _current.CountOf(range);
        }

        return status;
    }

    /// <summary>
    /// A checksum (CRC-32C) of every version up to a revision that compaction at its revision keeps. It does not matter
    /// how far the compaction has run.
    /// </summary>
    public MvccStatus HashKv(long revision, out uint hash)
    {
        hash = 0;
        var status = Check(revision);
        if (status != MvccStatus.Ok)
        {
            return status;
        }

        var upTo = revision > 0 ? revision : _revision;
        var crc = 0u;
        Span<byte> numbers = stackalloc byte[16];
        BinaryPrimitives.WriteInt64LittleEndian(numbers, upTo);
        BinaryPrimitives.WriteInt64LittleEndian(numbers[8..], _compactRevision);
        crc = Crc32C.Append(crc, numbers);
        foreach (var version in Versions(upTo))
        {
            BinaryPrimitives.WriteInt32LittleEndian(numbers, version.Key.Length);
            crc = Crc32C.Append(crc, numbers[..4]);
            crc = Crc32C.Append(crc, version.Key.Span);
            crc = Crc32C.Append(crc, version.Record);
        }

        hash = crc;
        return MvccStatus.Ok;
    }

    // Walks the keys of a range at an old revision; returns how many there are.
    private long WalkOld(in KeyRange range, long revision, long limit, List<KeyVersion>? into)
    {
        var count = 0L;
        var live = _current.OpenCursor();
        var old = _history.OpenCursor();
        live.Seek(range.Start.Span);
        old.Seek(HistoryKey.EncodeStart(range.Start.Span));
        while (TryTakeKey(live, old, out var taken) && range.IsBeforeEnd(taken.Key.Span))
        {
            var (key, liveRecord) = (taken.Key, taken.LiveRecord);
            var record = liveRecord is not null && VersionRecord.ModRevision(liveRecord) <= revision
                ? liveRecord
                : NewestOld(old, key.Span, revision);
            SkipKey(old, key.Span);
            if (record is null || VersionRecord.IsTombstone(record))
            {
                continue;
            }

            count++;
            if (into is not null && (limit <= 0 || count <= limit))
            {
                into.Add(VersionRecord.Decode(key, record));
            }
        }

        return count;
    }

    // The smaller key under two cursors; the live one moves on, the old one stays at the key's first version.
    private static bool TryTakeKey(KvCursor live, KvCursor old, out TakenKey taken)
    {
        taken = default;
        if (!live.IsOnKey && !old.IsOnKey)
        {
            return false;
        }

        var oldKey = old.IsOnKey ? HistoryKey.Decode(old.Key) : default;
        if (live.IsOnKey && (!old.IsOnKey || live.Key.AsSpan().SequenceCompareTo(oldKey.Span) <= 0))
        {
            taken = new TakenKey(live.Key, live.Value);
            live.Next();
        }
        else
        {
            taken = new TakenKey(oldKey, LiveRecord: null);
        }

        return true;
    }

    // The newest superseded version of a key up to a revision; the cursor stays somewhere among its versions.
    private static byte[]? NewestOld(KvCursor old, ReadOnlySpan<byte> key, long revision)
    {
        if (!old.IsOnKey)
        {
            return null;
        }

        var seek = HistoryKey.Encode(key, revision);
        var first = old.Key;
        byte[]? newest = null;
        if (old.Seek(seek) && old.Key.AsSpan().SequenceEqual(seek))
        {
            newest = old.Value;
        }
        else if ((old.IsOnKey ? old.Previous() : old.SeekLast())
            && HistoryKey.KeyPart(old.Key).SequenceEqual(HistoryKey.KeyPart(seek)))
        {
            newest = old.Value;
        }

        if (newest is null)
        {
            old.Seek(first);
        }

        return newest;
    }

    private static void SkipKey(KvCursor old, ReadOnlySpan<byte> key)
    {
        if (old.IsOnKey && HistoryKey.Decode(old.Key).Span.SequenceCompareTo(key) <= 0)
        {
            old.Seek(HistoryKey.Encode(key, long.MaxValue));
        }
    }

    // In key order, of one key by age.
    private IEnumerable<HashedVersion> Versions(long upTo)
    {
        var live = _current.OpenCursor();
        var old = _history.OpenCursor();
        live.Seek([]);
        old.Seek([]);
        while (TryTakeKey(live, old, out var taken))
        {
            var (key, liveRecord) = (taken.Key, taken.LiveRecord);
            HashedVersion? kept = null;
            while (old.IsOnKey && HistoryKey.Decode(old.Key).Span.SequenceEqual(key.Span))
            {
                var version = new HashedVersion(key, old.Value);
                if (IsOlderThanKept(version))
                {
                    kept = version;
                }
                else
                {
                    foreach (var shown in Shown(kept, version, upTo))
                    {
                        yield return shown;
                    }

                    kept = null;
                }

                old.Next();
            }

            if (liveRecord is not null)
            {
                var version = new HashedVersion(key, liveRecord);
                kept = IsOlderThanKept(version) ? null : kept;
                foreach (var shown in Shown(kept, version, upTo))
                {
                    yield return shown;
                }
            }
            else if (kept is { } last && !VersionRecord.IsTombstone(last.Record))
            {
                yield return last;
            }
        }
    }

    // Of the versions up to the compaction only the newest counts, and only if it is not a tombstone.
    private bool IsOlderThanKept(in HashedVersion version) =>
        VersionRecord.ModRevision(version.Record) <= _compactRevision;

    private static IEnumerable<HashedVersion> Shown(HashedVersion? kept, HashedVersion version, long upTo)
    {
        if (kept is { } newest && !VersionRecord.IsTombstone(newest.Record))
        {
            yield return newest;
        }

        if (VersionRecord.ModRevision(version.Record) <= upTo)
        {
            yield return version;
        }
    }

    private readonly record struct TakenKey(ReadOnlyMemory<byte> Key, byte[]? LiveRecord);

    private readonly record struct HashedVersion(ReadOnlyMemory<byte> Key, byte[] Record);
}
