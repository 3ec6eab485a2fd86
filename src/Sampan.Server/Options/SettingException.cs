namespace Sampan.Server.Options;

/// <summary>A setting is unknown, wrong, or contradicts another; the message names it and what is allowed.</summary>
public sealed class SettingException : Exception
{
    /// <summary>An exception without a message.</summary>
    public SettingException()
    {
    }

    /// <summary>An exception with a message.</summary>
    public SettingException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with its cause.</summary>
    public SettingException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
