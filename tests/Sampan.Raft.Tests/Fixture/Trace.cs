using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Sampan.Raft.Tests.Fixture;

/// <summary>
/// The last events of a run. Events are kept as objects and only become text when a check fails, since a random test
/// passes through a million of them.
/// </summary>
internal sealed class Trace
{
    private readonly (string Verb, ulong Replica, object? Subject)[] _ring;
    private long _count;

    /// <summary>A trace that remembers this many events.</summary>
    public Trace(int capacity = 120) => _ring = new (string, ulong, object?)[capacity];

    /// <summary>Remembers that <paramref name="replica"/> (0: the world) did something.</summary>
    public void Add(string verb, ulong replica, object? subject = null)
    {
        _ring[_count % _ring.Length] = (verb, replica, subject);
        _count++;
    }

    /// <summary>Ends the run: <paramref name="property"/> does not hold.</summary>
    [DoesNotReturn]
    public void Fail(string property) => throw new CheckFailedException($"{property}\n{this}");

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder("last events, newest last:\n");
        for (var i = Math.Max(0, _count - _ring.Length); i < _count; i++)
        {
            var (verb, replica, subject) = _ring[i % _ring.Length];
            text.Append(CultureInfo.InvariantCulture, $"  {i,6} [{replica}] {verb} {subject}\n");
        }

        return text.ToString();
    }
}
