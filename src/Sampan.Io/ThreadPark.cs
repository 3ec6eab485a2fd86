using System.Runtime.InteropServices;

namespace Sampan.Io;

/// <summary>
/// Where one thread waits for others. A permit is given by <see cref="Unpark"/> and used up by <see cref="Park"/>;
/// there is at most one. On Linux it is a futex: half the latency of the runtime's events, and a third of the waker's
/// time; a permit for a thread that is awake is one atomic exchange. Elsewhere it is an event.
/// <para>
/// No permit is lost:
/// </para>
/// <list type="number">
/// <item>The word is Empty, Permit or Parked. Only the parking thread writes Empty and Parked; Unpark writes
/// Permit.</item>
/// <item>Park exchanges Empty for Parked. If it finds a Permit instead, that came before, and Park returns.</item>
/// <item>Unpark exchanges whatever is there for Permit. If that was Parked, it wakes; if it was Empty, step 2 of a
/// later Park finds the Permit.</item>
/// <item>Between step 2 and the sleep an Unpark may come: the kernel compares the word with Parked under the same lock
/// under which it wakes, and does not put the thread to sleep.</item>
/// <item>Atomic exchanges are full fences: what was written before Unpark is seen after the Park it ended.</item>
/// </list>
/// </summary>
internal sealed class ThreadPark
{
    private const int Empty = 0;
    private const int Permit = 1;
    private const int Parked = 2;

    private const int WaitPrivate = 128;
    private const int WakePrivate = 129;

    private static readonly TimeSpan _longest = TimeSpan.FromDays(1);

    // Pinned for ever, since the kernel is given its address; a cache line of its own.
    private readonly int[] _word = GC.AllocateArray<int>(32, pinned: true);
    private readonly nint _futex;
    private readonly AutoResetEvent? _event;

    /// <summary>A place to wait in the way that suits the system.</summary>
    public ThreadPark()
        : this(CanUseFutex())
    {
    }

    /// <summary>A place to wait by a futex, or by an event.</summary>
    public ThreadPark(bool usesFutex)
    {
        _futex = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 202 : 98;
        _event = usesFutex ? null : new AutoResetEvent(initialState: false);
    }

    private ref int Word => ref _word[16];

    /// <summary>Whether this system has futexes as we call them.</summary>
    public static bool CanUseFutex() =>
        OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;

    /// <summary>Gives a permit; any thread, never blocks.</summary>
    public void Unpark()
    {
        if (Interlocked.Exchange(ref Word, Permit) != Parked)
        {
            return;
        }

        if (_event is null)
        {
            LibC.Futex(_futex, ref Word, WakePrivate, 1, default);
        }
        else
        {
            _event.Set();
        }
    }

    /// <summary>
    /// Waits for a permit, but no longer than the time given (which the caller measures again: the wait may also end
    /// early for no reason). One thread at a time.
    /// </summary>
    public void Park(TimeSpan atMost)
    {
        if (Interlocked.CompareExchange(ref Word, Parked, Empty) == Empty && atMost > TimeSpan.Zero)
        {
            var wait = atMost < _longest ? atMost : _longest;
            if (_event is null)
            {
                var time = new TimeSpec((nint)(wait.Ticks / TimeSpan.TicksPerSecond), NanosecondsOf(wait));
                LibC.Futex(_futex, ref Word, WaitPrivate, Parked, time);
            }
            else
            {
                // Rounded up, or it would spin through the last millisecond.
                _event.WaitOne((int)Math.Ceiling(wait.TotalMilliseconds));
            }
        }

        Interlocked.Exchange(ref Word, Empty);
    }

    private static nint NanosecondsOf(TimeSpan wait) => (nint)(wait.Ticks % TimeSpan.TicksPerSecond * 100);
}
