using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Log;
using Sampan.Raft.Tests.Fixture;
using Sampan.Raft.Tests.Paper;

namespace Sampan.Raft.Tests.Log;

/// <summary>
/// Purpose: a message that waits for the disk leaves only with or after the write that makes its claims true (I-11,
/// I-12), in whatever order terms, entries, truncations, snapshots and small budgets come.
/// </summary>
public sealed class PersistQueueTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_held_message_leaves_when_its_claims_are_durable(int seed)
    {
        var prng = new Prng((ulong)seed);
        for (var round = 0; round < 700; round++)
        {
            new Run(prng).Play(steps: 60);
        }
    }

    [Fact]
    public void Messages_alone_cause_no_write_and_keep_their_order()
    {
        var run = new Run(new Prng(1));
        run.Queue.Hold(Mail.Plain(MessageKind.VoteResponse, 2, 1), index: 0);
        var task = run.Queue.Take(default, long.MaxValue);
        Assert.NotNull(task);
        Assert.False(task.NeedsWrite);
        Assert.Single(task.AfterPersist);
    }

    [Fact]
    public void A_stored_commit_index_never_runs_ahead_of_what_is_written()
    {
        var run = new Run(new Prng(1));
        run.Log.Append(Mail.Command(1, 1));
        run.Log.Append(Mail.Command(1, 2));
        run.Log.CommitTo(2);
        var first = run.Queue.Take(new HardState(1, default, 2), bytesMax: 1);
        Assert.Equal(1UL, first?.HardState?.Commit);
        var second = run.Queue.Take(new HardState(1, default, 2), bytesMax: 1);
        Assert.Equal(2UL, second?.HardState?.Commit);
    }

    [Fact]
    public void A_moved_commit_index_alone_causes_no_write()
    {
        var run = new Run(new Prng(1));
        run.Log.Append(Mail.Command(1, 1));
        Assert.NotNull(run.Queue.Take(new HardState(1, default, 0), long.MaxValue));
        run.Log.CommitTo(1);
        Assert.Null(run.Queue.Take(new HardState(1, default, 1), long.MaxValue));
    }

    [Fact]
    public void A_snapshot_that_leaves_the_log_follows_the_entries_it_rests_on()
    {
        var run = new Run(new Prng(1));
        run.Log.Append(Mail.Command(1, 1));
        run.Log.Append(Mail.Command(1, 2));
        run.Log.CommitTo(2);
        var snapshot = new SnapshotMeta(new LogId(1, 2), new ConfigurationEntry(0, Configuration.Empty), timeTicks: 0);
        run.Queue.Install(snapshot, keepsLog: true);
        var first = run.Queue.Take(new HardState(1, default, 2), bytesMax: 1);
        Assert.Null(first?.Snapshot);
        Assert.Single(first?.Entries ?? []);
        Assert.Null(run.Queue.Take(new HardState(1, default, 2), bytesMax: 1)?.Snapshot);
        Assert.Same(snapshot, run.Queue.Take(new HardState(1, default, 2), bytesMax: 1)?.Snapshot);
    }

    private sealed class Run
    {
        private readonly Prng _prng;
        private readonly MemoryLog _disk;
        private readonly Queue<PersistTask> _unwritten = new();
        private readonly Dictionary<Message, (HardState State, LogId Entry)> _claims = [];
        private HardState _state;

        public Run(Prng prng)
        {
            _prng = prng;
            _disk = new MemoryLog(ReplicaState.Blank);
            Log = new RaftLog(ReplicaState.Blank, _disk);
            Queue = new PersistQueue(Mail.Group, Log, default);
        }

        public RaftLog Log { get; }

        public PersistQueue Queue { get; }

        public void Play(int steps)
        {
            _state = new HardState(1, default, 0);
            for (var step = 0; step < steps; step++)
            {
                Act();
            }
        }

        private void Act()
        {
            switch (_prng.NextBelow(8))
            {
                case 0 or 1:
                    Log.Append(Mail.Command(_state.Term, Log.LastIndex + 1));
                    break;
                case 2 when _prng.Chance(1, 2):
                    NextTerm();
                    break;
                case 3 when _state.Vote == ReplicaId.None:
                    _state = _state with { Vote = new ReplicaId(1 + _prng.NextBelow(3UL)) };
                    break;
                case 4 or 5:
                    Hold();
                    break;
                case 6:
                    Take();
                    break;
                default:
                    Write();
                    break;
            }
        }

        private void NextTerm()
        {
            _state = new HardState(_state.Term + 1, default, _state.Commit);
            Queue.DropHeld();
            if (Log.LastIndex > Log.Commit && _prng.Chance(1, 2))
            {
                Log.TruncateFrom(Log.Commit + 1 + _prng.NextBelow(Log.LastIndex - Log.Commit));
                Log.Append(Mail.Command(_state.Term, Log.LastIndex + 1));
            }
            else if (_prng.Chance(1, 3))
            {
                var last = new LogId(_state.Term, Log.LastIndex + 3);
                var snapshot = new SnapshotMeta(last, new ConfigurationEntry(0, Configuration.Empty), timeTicks: 0);
                Log.Replace(snapshot);
                Queue.Install(snapshot, keepsLog: false);
            }
        }

        private void Hold()
        {
            var index = Log.Base.Index + _prng.NextBelow(Log.LastIndex - Log.Base.Index + 1);
            Assert.True(Log.TryGetTerm(index, out var term));
            var message = Mail.Accepted(2, _state.Term, index);
            _claims.Add(message, (_state, new LogId(term, index)));
            Queue.Hold(message, index);
        }

        private void Take()
        {
            if (Queue.Take(_state, _prng.NextBelow(100)) is { } task)
            {
                _disk.Accept(task);
                _unwritten.Enqueue(task);
            }
        }

        private void Write()
        {
            if (!_unwritten.TryDequeue(out var task))
            {
                return;
            }

            _disk.Write(task);
            foreach (var message in task.AfterPersist)
            {
                RequireTrue(message);
            }

            // A report may come late, for an older write than the last one.
            if (_prng.Chance(2, 3))
            {
                Queue.Persisted(task.Number);
                Log.Persisted(task.Number);
            }

            if (Queue.IsDurable(_state.Term, _state.Vote))
            {
                Assert.Equal(_state.Term, _disk.Durable.HardState.Term);
                Assert.Equal(_state.Vote, _disk.Durable.HardState.Vote);
            }
        }

        private void RequireTrue(Message message)
        {
            var (state, entry) = _claims[message];
            Assert.True(_disk.Durable.HardState.Term >= state.Term);
            Assert.True(
                _disk.Durable.HardState.Term > state.Term || state.Vote == ReplicaId.None
                || _disk.Durable.HardState.Vote == state.Vote);
            Assert.True(_disk.Durable.Covers(entry), $"{message} is not true of {_disk.Durable.Last}");
        }
    }
}
