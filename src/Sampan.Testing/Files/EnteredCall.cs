namespace Sampan.Testing.Files;

/// <summary>A call that is under way, and what is to become of it.</summary>
internal readonly record struct EnteredCall(FileCall Call, FileCallTimes Times, FileFault? Fault, CrashMoment? Crash)
{
    /// <summary>Whether only a part of its effect takes place.</summary>
    public bool IsCutShort => Fault is not null || Crash == CrashMoment.Midway;
}
