using Xunit.Abstractions;
using Xunit.Sdk;

namespace Sampan.Raft.Tests.Conformance;

/// <summary>Makes the cases of a <see cref="ScenarioTheoryAttribute"/>.</summary>
public sealed class ScenarioTheoryDiscoverer : TheoryDiscoverer
{
    private readonly IMessageSink _diagnostics;

    /// <summary>Made by the test framework.</summary>
    public ScenarioTheoryDiscoverer(IMessageSink diagnosticMessageSink)
        : base(diagnosticMessageSink) => _diagnostics = diagnosticMessageSink;

    /// <inheritdoc/>
    protected override IEnumerable<IXunitTestCase> CreateTestCasesForDataRow(
        ITestFrameworkDiscoveryOptions discoveryOptions,
        ITestMethod testMethod,
        IAttributeInfo theoryAttribute,
        object[] dataRow) =>
        [
            new ConformanceTestCase(
                _diagnostics,
                discoveryOptions.MethodDisplayOrDefault(),
                discoveryOptions.MethodDisplayOptionsOrDefault(),
                testMethod,
                dataRow),
        ];
}
