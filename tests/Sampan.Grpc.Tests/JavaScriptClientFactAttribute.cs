using Sampan.Grpc.Tests.Fixture;

namespace Sampan.Grpc.Tests;

/// <summary>A test by a client in JavaScript; skipped, with the reason, where that is not to be had.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class JavaScriptClientFactAttribute : FactAttribute
{
    /// <summary>Skips the test if node or the package is missing.</summary>
    public JavaScriptClientFactAttribute() => Skip = JavaScriptClient.Absence();
}
