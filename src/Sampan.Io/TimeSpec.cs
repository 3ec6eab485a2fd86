using System.Runtime.InteropServices;

namespace Sampan.Io;

/// <summary>struct timespec: both fields have the width of a pointer on the systems we run on.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct TimeSpec(nint Seconds, nint Nanoseconds);
