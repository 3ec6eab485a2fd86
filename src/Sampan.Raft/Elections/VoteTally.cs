using Sampan.Model;
using Sampan.Raft.Quorum;

namespace Sampan.Raft.Elections;

/// <summary>The ballots of one round. A replica's first ballot counts, repeated ones change nothing.</summary>
internal sealed class VoteTally
{
    private readonly List<Ballot> _ballots = [];

    /// <summary>Forgets all ballots: a new round begins.</summary>
    public void Clear() => _ballots.Clear();

    /// <summary>Notes a ballot.</summary>
    public void Record(ReplicaId voter, bool granted)
    {
        foreach (var ballot in _ballots)
        {
            if (ballot.Voter == voter)
            {
                return;
            }
        }

        _ballots.Add(new Ballot(voter, granted));
    }

    /// <summary>What the ballots decide under <paramref name="configuration"/>.</summary>
    public VoteResult Result(Configuration configuration) => JointQuorum.Result(configuration, new Ballots(_ballots));

    private readonly record struct Ballot(ReplicaId Voter, bool Granted);

    private readonly struct Ballots(List<Ballot> ballots) : IBallots
    {
        public bool TryGetVote(ReplicaId replica, out bool granted)
        {
            foreach (var ballot in ballots)
            {
                if (ballot.Voter == replica)
                {
                    granted = ballot.Granted;
                    return true;
                }
            }

            granted = false;
            return false;
        }
    }
}
