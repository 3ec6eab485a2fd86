using Sampan.Base;
using Sampan.Model;

namespace Sampan.Raft;

/// <content>What a follower does with a leader's messages (dissertation, 3.5, 3.6, 5).</content>
public sealed partial class RaftReplica
{
    private void HandleAppend(Message message)
    {
        HearLeader(message.From);
        if (_follower.Append(message))
        {
            ConfigurationChanged();
        }
    }

    private void HandleHeartbeat(Message message)
    {
        HearLeader(message.From);
        _follower.CommitTo(message.Commit);
        _follower.Answer(message, MessageKind.HeartbeatResponse, 0);
    }

    private void HandleCommit(Message message)
    {
        HearLeader(message.From);
        _follower.CommitTo(message.Commit);
    }

    private void HandleSnapshot(Message message)
    {
        HearLeader(message.From);
        if (_follower.Install(message))
        {
            // What may be sent to others is this snapshot, once it is with the state machine.
            _replication.Snapshot = null;
            AdoptConfiguration();
        }
    }

    /// <summary>The leader of this term speaks.</summary>
    private void HearLeader(ReplicaId leader)
    {
        Invariant.Holds(!_standing.IsLeader);
        if (_standing.Role != Role.Follower)
        {
            BecomeFollower(_standing.Term, leader);
        }

        Invariant.Holds(_standing.Leader == leader || _standing.Leader == ReplicaId.None);
        SetLeader(leader);
        _contact.Note(_standing.Now);
        _timer.Restart(_standing.Now);
    }
}
