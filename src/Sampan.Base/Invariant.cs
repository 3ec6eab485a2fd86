using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Sampan.Base;

/// <summary>Assertions that stay on in production: an impossible state stops its store, it is never repaired.</summary>
public static class Invariant
{
    /// <summary>Throws <see cref="InvariantViolationException"/> unless <paramref name="condition"/> holds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Holds(
        [DoesNotReturnIf(false)] bool condition,
        [CallerArgumentExpression(nameof(condition))] string expression = "",
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
    {
        if (!condition)
        {
            Fail(expression, file, line);
        }
    }

    /// <summary>Like <see cref="Holds"/> with two numbers that help to understand the failure.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Holds(
        [DoesNotReturnIf(false)] bool condition,
        ulong left,
        ulong right,
        [CallerArgumentExpression(nameof(condition))] string expression = "",
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
    {
        if (!condition)
        {
            Fail($"{expression} (left {left}, right {right})", file, line);
        }
    }

    /// <summary>Marks code that no legal history reaches.</summary>
    [DoesNotReturn]
    public static void Unreachable(
        string reason,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0) => Fail(reason, file, line);

    [DoesNotReturn]
    private static void Fail(string expression, string file, int line) =>
        throw new InvariantViolationException(
            $"invariant violated: {expression} at {Path.GetFileName(file)}:{line}");
}
