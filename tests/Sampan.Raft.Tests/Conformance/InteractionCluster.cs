using System.Globalization;
using Sampan.Base;
using Sampan.Model;

namespace Sampan.Raft.Tests.Conformance;

/// <summary>The nodes of a script and what a directive does with them.</summary>
internal sealed class InteractionCluster
{
    // A cluster that still has something to do after so many rounds turns in circles.
    private const int RoundsMax = 10_000;

    private readonly SortedDictionary<ulong, InteractionNode> _nodes = [];
    private readonly InteractionNetwork _network = new();
    private readonly InteractionText _text = new();
    private readonly List<string> _delivered = [];

    /// <summary>The nodes by number.</summary>
    public IReadOnlyDictionary<ulong, InteractionNode> Nodes => _nodes;

    /// <summary>The messages that the last directive delivered, as text.</summary>
    public IReadOnlyList<string> Delivered => _delivered;

    /// <summary>Does what a directive says. Returns the text of one that only looks; null for the others.</summary>
    public string? Run(Directive directive)
    {
        _delivered.Clear();
        switch (directive.Name)
        {
            case "log-level":
                return null;
            case "raft-state":
                return string.Concat(_nodes.Values.Select(node => InteractionText.Role(node.Replica) + "\n"));
            case "raft-log":
                return DescribeLog(First(directive));
            case "status":
                return string.Concat(
                    First(directive).Replica.Status.Progress.Select(member => InteractionText.Progress(member) + "\n"));
            case "add-nodes":
                AddNodes(directive);
                return null;
            case "stabilize":
                Stabilize(Chosen(directive));
                return null;
            case "deliver-msgs":
                DeliverMessages(directive);
                return null;
            case "process-ready":
                ForEach(directive, node => node.ProcessReady());
                return null;
            case "process-append-thread":
                ForEach(directive, node => node.ProcessAppendThread());
                return null;
            case "process-apply-thread":
                ForEach(directive, node => node.ProcessApplyThread());
                return null;
            default:
                RunOnNode(directive);
                return null;
        }
    }

    private void RunOnNode(Directive directive)
    {
        switch (directive.Name)
        {
            case "campaign":
                First(directive).Campaign();
                break;
            case "propose":
                First(directive).Propose(InteractionProposal.Command(directive.Positional.ElementAt(1)));
                break;
            case "propose-conf-change":
                First(directive).Propose(InteractionProposal.Change(directive));
                break;
            case "tick-heartbeat":
                First(directive).Tick();
                break;
            case "tick-election":
                for (var i = 0; i < InteractionOptions.ElectionTicks; i++)
                {
                    First(directive).Tick();
                }

                break;
            case "set-randomized-election-timeout":
                First(directive).SetElectionTimeout((int)directive.NumbersOf("timeout")[0]);
                break;
            case "transfer-leadership":
                Node(directive.NumbersOf("from")[0]).Transfer(new ReplicaId(directive.NumbersOf("to")[0]));
                break;
            case "forget-leader":
                First(directive).ForgetLeader();
                break;
            case "report-unreachable":
                First(directive).ReportUnreachable(new ReplicaId(directive.Numbers[1]));
                break;
            case "compact":
                First(directive).Compact(directive.Numbers[1]);
                break;
            case "send-snapshot":
                First(directive).SendSnapshot(new ReplicaId(directive.Numbers[1]));
                break;
            default:
                throw new FormatException($"{directive}: the directive is not known.");
        }
    }

    private void AddNodes(Directive directive)
    {
        var options = new InteractionOptions(directive);
        for (var i = 0UL; i < directive.Numbers[0]; i++)
        {
            var id = new ReplicaId((ulong)_nodes.Count + 1);
            _nodes.Add(id.Value, new InteractionNode(id, options, _network, _text));
        }
    }

    private void Stabilize(IReadOnlyList<InteractionNode> nodes)
    {
        var rounds = 0;
        bool worked;
        do
        {
            worked = false;
            foreach (var node in nodes)
            {
                worked |= node.ProcessReady();
            }

            foreach (var node in nodes)
            {
                worked |= Deliver(node.Id, type: null);
            }

            foreach (var node in nodes)
            {
                worked |= node.HasAppendWork || node.HasApplyWork;
                while (node.HasAppendWork)
                {
                    node.ProcessAppendThread();
                }
            }

            foreach (var node in nodes)
            {
                while (node.HasApplyWork)
                {
                    node.ProcessApplyThread();
                }
            }

            rounds++;
            Invariant.Holds(rounds < RoundsMax);
        }
        while (worked);
    }

    private void DeliverMessages(Directive directive)
    {
        var type = directive.Values("type").SingleOrDefault();
        foreach (var number in directive.Numbers)
        {
            Deliver(new ReplicaId(number), type);
        }

        foreach (var number in directive.NumbersOf("drop"))
        {
            _network.Lose(new ReplicaId(number), type);
        }
    }

    private bool Deliver(ReplicaId target, string? type)
    {
        var parcels = _network.Take(target, type);
        foreach (var parcel in parcels)
        {
            if (parcel.Text.Length > 0)
            {
                _delivered.Add(parcel.Text);
            }

            parcel.DeliverTo(Node(target.Value));
        }

        return parcels.Count > 0;
    }

    private string DescribeLog(InteractionNode node)
    {
        var disk = node.Disk;
        return disk.Entries.Count == 0
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"log is empty: first index={disk.FirstIndex}, last index={disk.LastIndex}\n")
            : string.Concat(disk.Entries.Select(entry => _text.Entry(entry) + "\n"));
    }

    private void ForEach(Directive directive, Action<InteractionNode> action)
    {
        foreach (var node in Chosen(directive))
        {
            action(node);
        }
    }

    private List<InteractionNode> Chosen(Directive directive) =>
        directive.Numbers.Count == 0 ? [.. _nodes.Values] : [.. directive.Numbers.Select(Node)];

    private InteractionNode First(Directive directive) =>
        Node(ulong.Parse(directive.Positional.First(), CultureInfo.InvariantCulture));

    private InteractionNode Node(ulong number) => _nodes[number];
}
