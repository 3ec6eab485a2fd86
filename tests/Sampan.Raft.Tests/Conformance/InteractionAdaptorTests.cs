namespace Sampan.Raft.Tests.Conformance;

/// <summary>
/// Purpose: the adaptor also handles what the files at hand use rarely or not at all. Scripts of our own, in the files'
/// format; and a check that a script which says something wrong does fail.
/// </summary>
public sealed class InteractionAdaptorTests
{
    [Fact]
    public void A_leader_steps_down_at_its_second_look_at_a_silent_quorum() => Passes("""
        add-nodes 3 voters=(1,2,3) index=10 checkquorum=true
        ----

        campaign 1
        ----

        stabilize log-level=none
        ----

        campaign 2
        ----

        stabilize log-level=none
        ----

        raft-state
        ----
        1: StateLeader (Voter) Term:1 Lead:1
        2: StateCandidate (Voter) Term:2 Lead:0
        3: StateFollower (Voter) Term:1 Lead:1

        tick-election 1
        ----

        raft-state
        ----
        1: StateLeader (Voter) Term:1 Lead:1
        2: StateCandidate (Voter) Term:2 Lead:0
        3: StateFollower (Voter) Term:1 Lead:1

        tick-election 1
        ----

        raft-state
        ----
        1: StateFollower (Voter) Term:1 Lead:0
        2: StateCandidate (Voter) Term:2 Lead:0
        3: StateFollower (Voter) Term:1 Lead:1

        stabilize log-level=none
        ----

        raft-state
        ----
        1: StateFollower (Voter) Term:2 Lead:0
        2: StateCandidate (Voter) Term:2 Lead:0
        3: StateFollower (Voter) Term:1 Lead:1

        campaign 2
        ----

        stabilize log-level=none
        ----

        raft-state
        ----
        1: StateFollower (Voter) Term:3 Lead:2
        2: StateLeader (Voter) Term:3 Lead:2
        3: StateFollower (Voter) Term:3 Lead:2
        """);

    [Fact]
    public void A_pre_candidate_that_is_ignored_stays_one_until_a_leader_is_forgotten() => Passes("""
        add-nodes 3 voters=(1,2,3) index=10 prevote=true checkquorum=true
        ----

        campaign 1
        ----

        stabilize log-level=none
        ----

        campaign 3
        ----

        stabilize log-level=none
        ----

        raft-state
        ----
        1: StateLeader (Voter) Term:1 Lead:1
        2: StateFollower (Voter) Term:1 Lead:1
        3: StatePreCandidate (Voter) Term:1 Lead:0

        forget-leader 2
        ----

        campaign 3
        ----

        stabilize log-level=none
        ----

        raft-state
        ----
        1: StateFollower (Voter) Term:2 Lead:3
        2: StateFollower (Voter) Term:2 Lead:3
        3: StateLeader (Voter) Term:2 Lead:3
        """);

    [Fact]
    public void Who_lends_leases_does_not_forget_his_leader() => Passes("""
        add-nodes 3 voters=(1,2,3) index=10 checkquorum=true read-only=lease-based
        ----

        campaign 1
        ----

        stabilize log-level=none
        ----

        forget-leader 2
        ----

        raft-state
        ----
        1: StateLeader (Voter) Term:1 Lead:1
        2: StateFollower (Voter) Term:1 Lead:1
        3: StateFollower (Voter) Term:1 Lead:1
        """);

    [Fact]
    public void A_removed_leader_that_stays_drops_proposals() => Passes("""
        add-nodes 3 voters=(1,2,3) index=2
        ----

        campaign 1
        ----

        stabilize log-level=none
        ----

        propose-conf-change 1 v1=true
        r1
        ----

        propose 1 foo
        ----

        stabilize log-level=none
        ----

        propose 1 baz
        ----

        tick-heartbeat 1
        ----

        stabilize log-level=none
        ----

        raft-state
        ----
        1: StateLeader (Non-Voter) Term:1 Lead:1
        2: StateFollower (Voter) Term:1 Lead:1
        3: StateFollower (Voter) Term:1 Lead:1

        raft-log 2
        ----
        1/3 EntryNormal ""
        1/4 EntryConfChange r1
        1/5 EntryNormal "foo"

        raft-log 1
        ----
        1/3 EntryNormal ""
        1/4 EntryConfChange r1
        1/5 EntryNormal "foo"
        """);

    [Fact]
    public void Threads_of_their_own_write_and_apply_when_they_are_told_to() => Passes("""
        add-nodes 3 voters=(1,2,3) index=10 async-storage-writes=true
        ----

        campaign 1
        ----

        stabilize log-level=none
        ----

        propose 1 a
        ----

        process-ready 1
        ----

        raft-log 1
        ----
        1/11 EntryNormal ""

        process-append-thread 1
        ----

        raft-log 1
        ----
        1/11 EntryNormal ""
        1/12 EntryNormal "a"

        deliver-msgs 2 drop=(3)
        ----
        1->2 MsgApp Term:1 Log:1/11 Commit:11 Entries:[1/12 EntryNormal "a"]

        process-ready 2
        ----

        process-append-thread 2
        ----

        deliver-msgs 1
        ----
        2->1 MsgAppResp Term:1 Log:0/12

        process-ready 1
        ----
        HardState Term:1 Vote:1 Commit:12
        CommittedEntries:
        1/12 EntryNormal "a"

        process-apply-thread 1
        ----

        tick-heartbeat 1
        ----

        stabilize log-level=none
        ----

        status 1
        ----
        1: StateReplicate match=12 next=13
        2: StateReplicate match=12 next=13
        3: StateReplicate match=12 next=13
        """);

    [Fact]
    public void A_slow_follower_behind_the_log_is_sent_a_snapshot() => Passes("""
        add-nodes 3 voters=(1,2,3) index=10 inflight=2
        ----

        campaign 1
        ----

        stabilize log-level=none
        ----

        propose 1 a
        ----

        propose 1 b
        ----

        process-ready 1
        ----

        deliver-msgs drop=(3)
        ----

        stabilize 1 2 log-level=none
        ----

        propose 1 c
        ----

        stabilize 1 2 log-level=none
        ----

        compact 1 14
        ----

        status 1
        ----
        1: StateReplicate match=14 next=15
        2: StateReplicate match=14 next=15
        3: StateReplicate match=11 next=14 paused inflight=2[full]

        tick-heartbeat 1
        ----

        process-ready 1
        ----

        stabilize 3 log-level=none
        ----

        stabilize 1 log-level=none
        ----

        status 1
        ----
        1: StateReplicate match=14 next=15
        2: StateReplicate match=14 next=15
        3: StateSnapshot match=11 next=15 paused pendingSnap=14

        stabilize log-level=none
        ----

        status 1
        ----
        1: StateReplicate match=14 next=15
        2: StateReplicate match=14 next=15
        3: StateReplicate match=14 next=15
        """);

    [Fact]
    public void Several_voters_are_added_and_removed_through_the_joint_state() => Passes("""
        add-nodes 1 voters=(1) index=2
        ----
        INFO 1 switched to configuration voters=(1)

        campaign 1
        ----

        process-ready 1
        ----

        propose-conf-change 1
        v2 v3
        ----

        add-nodes 2
        ----
        INFO 2 switched to configuration voters=()
        INFO 3 switched to configuration voters=()

        stabilize
        ----
        > 1 handling Ready
        CommittedEntries:
        1/3 EntryNormal ""
        1/4 EntryConfChangeV2 v2 v3
        1/5 EntryConfChangeV2
        INFO 1 switched to configuration voters=(1 2 3)&&(1) autoleave
        INFO 1 switched to configuration voters=(1 2 3)
        INFO 3 switched to configuration voters=(1 2 3)

        propose-conf-change 1
        r2 r3
        ----

        stabilize
        ----
        > 1 handling Ready
        HardState Term:1 Vote:1 Commit:7
        CommittedEntries:
        1/6 EntryConfChangeV2 r2 r3
        1/7 EntryConfChangeV2
        INFO 1 switched to configuration voters=(1)&&(1 2 3) autoleave
        INFO 1 switched to configuration voters=(1)
        INFO 2 switched to configuration voters=(1)&&(1 2 3) autoleave
        INFO 2 switched to configuration voters=(1)
        INFO 3 switched to configuration voters=(1)&&(1 2 3) autoleave
        INFO 3 switched to configuration voters=(1)

        raft-log 1
        ----
        1/3 EntryNormal ""
        1/4 EntryConfChangeV2 v2 v3
        1/5 EntryConfChangeV2
        1/6 EntryConfChangeV2 r2 r3
        1/7 EntryConfChangeV2

        raft-state
        ----
        1: StateLeader (Voter) Term:1 Lead:1
        2: StateFollower (Non-Voter) Term:1 Lead:1
        3: StateFollower (Non-Voter) Term:1 Lead:1
        """);

    [Theory]
    [InlineData("HardState Term:2 Vote:1 Commit:3")]
    [InlineData("HardState Term:1 Vote:2 Commit:3")]
    [InlineData("HardState Term:1 Vote:1 Commit:4")]
    [InlineData("CommittedEntries:\n2/3 EntryNormal \"\"")]
    [InlineData("CommittedEntries:\n1/3 EntryNormal \"\"\n1/4 EntryNormal \"\"")]
    [InlineData("INFO 1 switched to configuration voters=(1 2)")]
    public void A_script_that_says_something_else_fails(string wrong)
    {
        var verdict = Run($"""
            add-nodes 1 voters=(1) index=2
            ----

            campaign 1
            ----

            stabilize
            ----
            > 1 handling Ready
            {wrong}
            """);

        Assert.NotEmpty(verdict.EndStateDifferences);
    }

    [Fact]
    public void A_message_that_was_not_delivered_is_only_missed_by_the_stricter_level()
    {
        var verdict = Run("""
            add-nodes 2 voters=(1,2) index=2
            ----

            campaign 1
            ----

            process-ready 1
            ----

            deliver-msgs 2
            ----
            1->2 MsgVote Term:1 Log:1/3
            """);

        Assert.Empty(verdict.EndStateDifferences);
        Assert.Contains("missing 1->2 MsgVote Term:1 Log:1/3", Assert.Single(verdict.MessageDifferences), Ordinal);
        Assert.Equal(InteractionVerdict.EndState, verdict.Level);
    }

    private const StringComparison Ordinal = StringComparison.Ordinal;

    private static void Passes(string script)
    {
        var verdict = Run(script);
        Assert.True(verdict.EndStateDifferences.Count == 0, string.Join('\n', verdict.EndStateDifferences));
    }

    private static InteractionVerdict Run(string script) =>
        InteractionComparison.Run(DataDrivenFile.Parse("own.txt", script + "\n"));
}
