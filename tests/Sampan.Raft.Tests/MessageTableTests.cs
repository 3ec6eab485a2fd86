using System.Globalization;
using System.Text;
using Sampan.Model;

namespace Sampan.Raft.Tests;

/// <summary>
/// Purpose: the table of roles and messages is total, and readers find it in docs/role-message-table.md.
/// </summary>
public sealed class MessageTableTests
{
    [Fact]
    public void The_documented_table_is_the_one_that_is_used() =>
        Accepted.Require(Accepted.PathOf("docs", "role-message-table.md"), Document());

    private static string Document()
    {
        var text = new StringBuilder();
        text.Append(
            """
            # What each role does with each kind of message

            Written by `MessageTableTests` from `MessageTable`; `SAMPAN_ACCEPT=1` writes it anew. The table is for
            messages of the receiver's own term.

            - *Handle*: it is acted upon.
            - *Ignore*: it is legal and comes too late, or is not meant for this role: nothing happens.
            - *Refuse*: it is answered with a refusal, so that nobody waits for nothing.
            - *Impossible*: there would be two leaders in one term. A host refuses it (I-39); the core asserts.

            """);
        text.Append("\n| message |");
        foreach (var role in Enum.GetValues<Role>())
        {
            text.Append(CultureInfo.InvariantCulture, $" {role} |");
        }

        text.Append("\n|---|");
        foreach (var role in Enum.GetValues<Role>())
        {
            _ = role;
            text.Append("---|");
        }

        foreach (var kind in Enum.GetValues<MessageKind>())
        {
            text.Append(CultureInfo.InvariantCulture, $"\n| {kind} |");
            foreach (var role in Enum.GetValues<Role>())
            {
                text.Append(CultureInfo.InvariantCulture, $" {MessageTable.For(role, kind)} |");
            }
        }

        text.Append(
            """


            ## Messages of other terms

            `PreVote`, `Removed` and `MembershipQuery` are taken in every term and never change it. So is a granted
            `PreVoteResponse`, which carries the term that its receiver would campaign in.

            | message | of an older term |
            |---|---|
            | Append, Heartbeat, Commit, Snapshot | answered by a rejecting AppendResponse of the own term |
            | Vote | answered by a refusal of the own term |
            | ReadIndex | as above |
            | all others | ignored |

            A message of a newer term makes its receiver adopt that term and is then treated as above, except a `Vote`
            that reaches a replica in contact with a leader: it is refused in the receiver's own term.

            """);
        return text.ToString();
    }
}
