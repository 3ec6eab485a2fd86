using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Log;

namespace Sampan.Raft.Tests.Log;

/// <summary>
/// Purpose: whatever happens to a log in whatever order, it says the same as a naive twin. Covers truncation across
/// tail, view and durable borders, late and merged reports (B12), compaction, and snapshots that take the log's place.
/// </summary>
public sealed class RaftLogPropertyTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_log_says_what_its_naive_twin_says(int seed)
    {
        var prng = new Prng((ulong)seed);
        for (var round = 0; round < 500; round++)
        {
            new Run(prng).Play(steps: 60);
        }
    }

    private sealed class Run
    {
        private readonly Prng _prng;
        private readonly ForgetfulLogView _view = new();
        private readonly NaiveLog _twin = new();
        private readonly RaftLog _log;
        private ulong _number;
        private ulong _term = 1;

        public Run(Prng prng)
        {
            _prng = prng;
            _log = new RaftLog(ReplicaState.Blank, _view);
        }

        public void Play(int steps)
        {
            for (var step = 0; step < steps; step++)
            {
                Act();
                Compare();
            }
        }

        private void Act()
        {
            switch (_prng.NextBelow(12))
            {
                case 0 or 1 or 2:
                    Append();
                    break;
                case 3:
                    Truncate();
                    break;
                case 4 or 5:
                    Take();
                    break;
                case 6 or 7:
                    Persisted();
                    break;
                case 8:
                    Commit();
                    break;
                case 9:
                    Apply();
                    break;
                case 10:
                    Forget();
                    break;
                default:
                    CompactOrReplace();
                    break;
            }
        }

        private void Append()
        {
            for (var count = _prng.NextBetween(1, 4); count > 0; count--)
            {
                _term += _prng.Chance(1, 4) ? 1UL : 0;
                var payload = new byte[_prng.NextBelow(40)];
                var entry = new Entry(EntryKind.Command, _term, _log.LastIndex + 1, _prng.NextBelow(1000), payload);
                _log.Append(entry);
                _twin.Append(entry);
            }
        }

        private void Truncate()
        {
            var lowest = Math.Max(_log.Commit, _log.Base.Index) + 1;
            if (lowest > _log.LastIndex)
            {
                return;
            }

            var first = lowest + _prng.NextBelow(_log.LastIndex + 1 - lowest);
            _log.TruncateFrom(first);
            _twin.TruncateFrom(first);
            _term++;
            // A log is only cut to be written anew, and the first new entry decides what is cut on disk.
            Append();
        }

        private void Take()
        {
            _number++;
            if (_twin.BaseIsUnwritten)
            {
                _log.SnapshotTaken(_number);
                _twin.SnapshotTaken(_number);
                return;
            }

            var entries = new List<Entry>();
            _log.TakeForPersist(_number, _prng.NextBelow(200), entries);
            var first = entries.Count > 0 ? entries[0].Index : _log.NextPersistIndex;
            Assert.Equal(_log.NextPersistIndex - (ulong)entries.Count, first);
            _twin.Taken(_number, entries);
            _view.Accept(entries);
        }

        private void Persisted()
        {
            var number = _prng.NextBelow(_number + 1);
            var before = _twin.Durable;
            _twin.Persisted(number);
            var moved = _log.Persisted(number);
            Assert.Equal(_twin.Durable > before, moved);
        }

        private void Commit()
        {
            var index = _log.Commit + _prng.NextBelow(_log.LastIndex + 1 - _log.Commit);
            Assert.Equal(index > _twin.Commit, _log.CommitTo(index));
            _twin.Commit = Math.Max(_twin.Commit, index);
        }

        private void Apply()
        {
            if (_twin.Durable < _log.Base.Index || _twin.BaseIsUnwritten)
            {
                return;
            }

            if (_log.HandedIndex < _log.Base.Index)
            {
                _log.SnapshotHanded(_log.Base.Index);
                _twin.Handed = _log.Base.Index;
            }

            var range = _log.TakeForApply(_prng.NextBetween(1, 5));
            if (!range.IsEmpty)
            {
                Assert.Equal(_twin.Handed + 1, range.FirstIndex);
                Assert.True(range.EndIndex - 1 <= Math.Min(_twin.Commit, _twin.Durable));
                _twin.Handed = range.EndIndex - 1;
            }

            _log.Applied(_log.HandedIndex);
        }

        private void Forget()
        {
            // Only what is durable may be forgotten; the promise of the view ends there.
            for (var index = _log.FirstIndex; index <= _log.DurableIndex; index++)
            {
                if (_prng.Chance(1, 3))
                {
                    _view.Forget(index);
                }
            }
        }

        private void CompactOrReplace()
        {
            if (_prng.Chance(1, 4))
            {
                _term++;
                var last = new LogId(_term, _log.Commit + 1 + _prng.NextBelow(5UL));
                _log.Replace(new SnapshotMeta(last, new ConfigurationEntry(0, Configuration.Empty), timeTicks: 0));
                _twin.Replace(last);
            }
            else if (_log.AppliedIndex >= _log.FirstIndex)
            {
                var first = _log.FirstIndex + 1 + _prng.NextBelow(_log.AppliedIndex - _log.Base.Index);
                _log.Compact(first);
                _twin.Compact(first);
            }
        }

        private void Compare()
        {
            Assert.Equal(_twin.Base, _log.Base);
            Assert.Equal(_twin.Last, _log.Last);
            Assert.Equal(_twin.Commit, _log.Commit);
            Assert.Equal(_twin.Handed, _log.HandedIndex);
            if (_twin.Durable > 0 || _twin.Base.Index == 0)
            {
                Assert.Equal(_twin.Durable, _log.DurableIndex);
            }
            else
            {
                Assert.True(_log.DurableIndex < _log.Base.Index);
            }

            Assert.Equal(_twin.NextPersist, _log.NextPersistIndex);
            Assert.Equal(_twin.NextPersist <= _twin.Last.Index, _log.HasEntriesToPersist);
            for (var index = _log.Base.Index > 2 ? _log.Base.Index - 2 : 0; index <= _log.LastIndex + 2; index++)
            {
                Assert.Equal(_twin.TermAt(index) is not null, _log.TryGetTerm(index, out var term));
                Assert.Equal(_twin.TermAt(index) ?? 0, term);
            }

            CompareRead();
        }

        private void CompareRead()
        {
            if (_log.LastIndex < _log.FirstIndex)
            {
                return;
            }

            var first = _log.FirstIndex + _prng.NextBelow(_log.LastIndex - _log.Base.Index);
            var end = first + 1 + _prng.NextBelow(_log.LastIndex - first + 1);
            var bytesMax = (long)_prng.NextBelow(300UL) + 1;
            var read = new List<Entry>();
            var count = _log.Read(new IndexRange(first, end), bytesMax, read);
            Assert.Equal(count, read.Count);
            for (var i = 0; i < count; i++)
            {
                Assert.Same(_twin[first + (ulong)i], read[i]);
            }

            Assert.True(count <= 1 || read.Sum(entry => (long)entry.SizeBytes) <= bytesMax);
            var next = first + (ulong)count;
            var isComplete = next == end
                || (count > 0 && read.Sum(entry => (long)entry.SizeBytes) + _twin[next].SizeBytes > bytesMax);
            Assert.True(isComplete || (next <= _log.DurableIndex && !_view.Knows(next)));
        }
    }
}
