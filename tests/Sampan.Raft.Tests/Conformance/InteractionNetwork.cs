using Sampan.Model;

namespace Sampan.Raft.Tests.Conformance;

/// <summary>All that is on its way, oldest first; nothing moves until it is taken.</summary>
internal sealed class InteractionNetwork
{
    private readonly List<InteractionParcel> _parcels = [];

    /// <summary>Puts something on its way.</summary>
    public void Send(InteractionParcel parcel) => _parcels.Add(parcel);

    /// <summary>Takes what goes to <paramref name="target"/>, of one type if one is named.</summary>
    public IReadOnlyList<InteractionParcel> Take(ReplicaId target, string? type) =>
        Take(parcel => parcel.Target == target && (type is null || parcel.Type == type));

    /// <summary>Loses what goes to <paramref name="target"/>, of one type if one is named.</summary>
    public void Lose(ReplicaId target, string? type) =>
        Take(parcel => !parcel.IsLocal && parcel.Target == target && (type is null || parcel.Type == type));

    private List<InteractionParcel> Take(Predicate<InteractionParcel> wanted)
    {
        var taken = _parcels.FindAll(wanted);
        _parcels.RemoveAll(wanted);
        return taken;
    }
}
