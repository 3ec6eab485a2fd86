using System.Globalization;

namespace Sampan.Grpc.Wire;

/// <summary>The value of grpc-timeout: at most eight digits and a unit.</summary>
internal static class GrpcTimeout
{
    private const int DigitsMax = 8;
    private const long UnitsMax = 99_999_999;

    // What eight digits of hours say does not fit a date; a hundred years do, and nobody waits longer.
    private static readonly TimeSpan _longest = TimeSpan.FromDays(36_500);

    /// <summary>Reads a value; false if it is malformed. Below a tick of 100 ns it is rounded up.</summary>
    public static bool TryParse(string text, out TimeSpan timeout)
    {
        timeout = default;
        if (text.Length is < 2 or > DigitsMax + 1
            || !long.TryParse(text.AsSpan()[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            return false;
        }

        long? ticks = text[^1] switch
        {
            'n' => (count + TimeSpan.NanosecondsPerTick - 1) / TimeSpan.NanosecondsPerTick,
            'u' => count * TimeSpan.TicksPerMicrosecond,
            'm' => count * TimeSpan.TicksPerMillisecond,
            'S' => count * TimeSpan.TicksPerSecond,
            'M' => count * TimeSpan.TicksPerMinute,
            'H' => count * TimeSpan.TicksPerHour,
            _ => null,
        };
        if (ticks is not { } known)
        {
            return false;
        }

        timeout = known < _longest.Ticks ? new TimeSpan(known) : _longest;
        return true;
    }

    /// <summary>Writes a value in the finest unit that holds it, rounded down; zero and less is <c>0n</c>.</summary>
    public static string Format(TimeSpan timeout)
    {
        var ticks = timeout.Ticks;
        if (ticks <= 0)
        {
            return "0n";
        }

        (long UnitTicks, char Name)[] units =
        [
            (TimeSpan.TicksPerMicrosecond, 'u'), (TimeSpan.TicksPerMillisecond, 'm'), (TimeSpan.TicksPerSecond, 'S'),
            (TimeSpan.TicksPerMinute, 'M'), (TimeSpan.TicksPerHour, 'H'),
        ];
        foreach (var (unitTicks, name) in units)
        {
            if (ticks / unitTicks <= UnitsMax)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{ticks / unitTicks}{name}");
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"{UnitsMax}H");
    }
}
