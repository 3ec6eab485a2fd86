using Sampan.Model;

namespace Sampan.Raft.Tests.Fixture;

/// <summary>
/// What lies between replicas: a list of waiting messages for each pair, and the set of links that are cut. Nothing is
/// delivered by itself; a test takes messages out in any order, or loses or doubles them.
/// </summary>
internal sealed class Network
{
    private readonly SortedDictionary<(ulong From, ulong To), List<Parcel>> _links = [];
    private readonly HashSet<(ulong From, ulong To)> _cut = [];
    private readonly List<Parcel> _held = [];

    /// <summary>Which messages are kept back when they enter, until <see cref="Release"/>.</summary>
    public Func<Message, bool> Holds { get; set; } = _ => false;

    /// <summary>How many messages wait, those kept back not counted.</summary>
    public int Count { get; private set; }

    /// <summary>The pairs between which something waits, ordered by sender, then receiver.</summary>
    public List<(ulong From, ulong To)> Busy =>
        [.. _links.Where(link => link.Value.Count > 0).Select(link => link.Key)];

    /// <summary>Whether messages from one to the other arrive.</summary>
    public bool IsOpen(ulong from, ulong to) => !_cut.Contains((from, to));

    /// <summary>What waits from one to the other, oldest first.</summary>
    public IReadOnlyList<Parcel> Waiting(ulong from, ulong to) => LinkOf(from, to);

    /// <summary>A message enters; it is lost only when it is taken out over a cut link.</summary>
    public void Send(Parcel parcel)
    {
        if (Holds(parcel.Message))
        {
            _held.Add(parcel);
            return;
        }

        Enter(parcel);
    }

    /// <summary>
    /// The messages of one sender that were kept back enter now, as far as they are <paramref name="wanted"/>; the
    /// others are lost.
    /// </summary>
    public void Release(ulong from, Func<Message, bool> wanted)
    {
        foreach (var parcel in _held.Where(parcel => parcel.Message.From.Value == from && wanted(parcel.Message)))
        {
            Enter(parcel);
        }

        _held.RemoveAll(parcel => parcel.Message.From.Value == from);
    }

    /// <summary>Takes out the message at <paramref name="position"/>.</summary>
    public Parcel Take(ulong from, ulong to, int position = 0)
    {
        var link = LinkOf(from, to);
        var parcel = link[position];
        link.RemoveAt(position);
        Count--;
        return parcel;
    }

    /// <summary>Puts a second copy of a waiting message behind all others of its link.</summary>
    public void Double(ulong from, ulong to, int position)
    {
        var link = LinkOf(from, to);
        link.Add(link[position]);
        Count++;
    }

    /// <summary>Cuts one direction.</summary>
    public void Cut(ulong from, ulong to) => _cut.Add((from, to));

    /// <summary>Mends one direction.</summary>
    public void Mend(ulong from, ulong to) => _cut.Remove((from, to));

    /// <summary>Mends everything.</summary>
    public void MendAll() => _cut.Clear();

    private void Enter(Parcel parcel)
    {
        LinkOf(parcel.Message.From.Value, parcel.Message.To.Value).Add(parcel);
        Count++;
    }

    private List<Parcel> LinkOf(ulong from, ulong to)
    {
        if (!_links.TryGetValue((from, to), out var link))
        {
            link = [];
            _links.Add((from, to), link);
        }

        return link;
    }
}
