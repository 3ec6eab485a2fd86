namespace Sampan.Linearizability;

/// <summary>Judges the bounds in options.</summary>
internal static class Bound
{
    public static void RequirePositive(long value, string setting)
    {
        if (value <= 0)
        {
            throw new ArgumentOutOfRangeException(nameof(value), value, $"{setting} must be above 0");
        }
    }

    public static void RequireAtMost(long most, long value, string setting)
    {
        if (value > most)
        {
            throw new ArgumentOutOfRangeException(nameof(value), value, $"{setting} must be at most {most}");
        }
    }
}
