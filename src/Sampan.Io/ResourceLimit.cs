using System.Runtime.InteropServices;

namespace Sampan.Io;

/// <summary>A <c>struct rlimit</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct ResourceLimit
{
    /// <summary>What holds.</summary>
    public readonly nuint Current;

    /// <summary>Up to where a process may raise it.</summary>
    public readonly nuint Most;
}
