using Sampan.Base;

namespace Sampan.Testing.Files;

/// <summary>When a call began and when it returned, in simulated time; zero where there is none.</summary>
internal readonly record struct FileCallTimes(Instant Began, Instant Ended);
