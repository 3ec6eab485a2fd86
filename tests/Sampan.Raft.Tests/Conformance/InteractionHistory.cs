using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Events;

namespace Sampan.Raft.Tests.Conformance;

/// <summary>What a node went through: the entries it applied and the configurations that were in force.</summary>
internal sealed class InteractionHistory
{
    private readonly SortedDictionary<ulong, string> _applied = [];
    private readonly List<string> _configurations = [];
    private ulong _lastIndex;

    /// <summary>The history of a node that starts in this state.</summary>
    public InteractionHistory(ReplicaState state)
    {
        _lastIndex = state.AppliedIndex;
        _configurations.Add(state.Configurations[^1].Configuration.ToString());
    }

    /// <summary>The applied entries as text, by index; what a snapshot brought is not among them.</summary>
    public IReadOnlyDictionary<ulong, string> Entries => _applied;

    /// <summary>The configurations in the order in which they came into force.</summary>
    public IReadOnlyList<string> Configurations => _configurations;

    /// <summary>Everything up to here was applied, or came by snapshot.</summary>
    public ulong LastIndex => _lastIndex;

    /// <summary>Whether a snapshot was installed.</summary>
    public bool HasSnapshot { get; private set; }

    /// <summary>An entry was applied.</summary>
    public void Applied(Entry entry, InteractionText text)
    {
        Invariant.Holds(entry.Index == _lastIndex + 1, entry.Index, _lastIndex);
        _lastIndex = entry.Index;
        _applied.Add(entry.Index, text.Entry(entry));
    }

    /// <summary>A snapshot took the place of everything up to an index.</summary>
    public void Installed(ulong index)
    {
        Invariant.Holds(index >= _lastIndex, index, _lastIndex);
        _lastIndex = index;
        HasSnapshot = true;
    }

    /// <summary>Reads the events of a Ready.</summary>
    public void Note(List<RaftEvent> events)
    {
        foreach (var happened in events)
        {
            if (happened.Kind == RaftEventKind.ConfigurationChanged)
            {
                _configurations.Add(happened.Configuration?.ToString() ?? string.Empty);
            }
        }
    }
}
