using Xunit.Abstractions;
using Xunit.Sdk;

namespace Sampan.Raft.Tests.Conformance;

/// <summary>Makes the cases of a <see cref="SkippableTheoryAttribute"/>.</summary>
public sealed class SkippableTheoryDiscoverer : TheoryDiscoverer
{
    private readonly IMessageSink _diagnostics;

    /// <summary>Made by the test framework.</summary>
    public SkippableTheoryDiscoverer(IMessageSink diagnosticMessageSink)
        : base(diagnosticMessageSink) => _diagnostics = diagnosticMessageSink;

    /// <inheritdoc/>
    protected override IEnumerable<IXunitTestCase> CreateTestCasesForDataRow(
        ITestFrameworkDiscoveryOptions discoveryOptions,
        ITestMethod testMethod,
        IAttributeInfo theoryAttribute,
        object[] dataRow) =>
        [
            new SkippableTestCase(
                _diagnostics,
                discoveryOptions.MethodDisplayOrDefault(),
                discoveryOptions.MethodDisplayOptionsOrDefault(),
                testMethod,
                dataRow),
        ];
}
