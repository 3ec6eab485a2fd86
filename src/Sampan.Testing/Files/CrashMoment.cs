namespace Sampan.Testing.Files;

/// <summary>Where in a call the power goes.</summary>
public enum CrashMoment
{
    /// <summary>Before it has any effect.</summary>
    Before = 0,

    /// <summary>
    /// Half-way: a write has passed on a part of its bytes, the deletion of a directory a part of its files; a sync has
    /// not returned, so what it was to make durable may or may not be.
    /// </summary>
    Midway = 1,

    /// <summary>After its whole effect, before the caller learns of it.</summary>
    After = 2,
}
