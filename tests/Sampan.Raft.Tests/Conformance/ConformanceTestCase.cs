using Xunit.Abstractions;
using Xunit.Sdk;

namespace Sampan.Raft.Tests.Conformance;

/// <summary>
/// One file. A <see cref="SkippedTestException"/> makes it count as skipped, with its reason, not as failed.
/// </summary>
public sealed class ConformanceTestCase : XunitTestCase
{
    /// <summary>For the test framework, which fills it in.</summary>
    [Obsolete("Called by the test framework when it brings a case back.")]
    public ConformanceTestCase()
    {
    }

    /// <summary>The case of one file.</summary>
    public ConformanceTestCase(
        IMessageSink diagnosticMessageSink,
        TestMethodDisplay display,
        TestMethodDisplayOptions displayOptions,
        ITestMethod testMethod,
        object[] arguments)
        : base(diagnosticMessageSink, display, displayOptions, testMethod, arguments)
    {
    }

    /// <inheritdoc/>
    public override async Task<RunSummary> RunAsync(
        IMessageSink diagnosticMessageSink,
        IMessageBus messageBus,
        object[] constructorArguments,
        ExceptionAggregator aggregator,
        CancellationTokenSource cancellationTokenSource)
    {
        using var bus = new SkippingBus(messageBus);
        var run = base.RunAsync(
            diagnosticMessageSink, bus, constructorArguments, aggregator, cancellationTokenSource);
        var summary = await run.ConfigureAwait(false);
        summary.Failed -= bus.SkippedCount;
        summary.Skipped += bus.SkippedCount;
        return summary;
    }

    private sealed class SkippingBus(IMessageBus inner) : IMessageBus
    {
        public int SkippedCount { get; private set; }

        public bool QueueMessage(IMessageSinkMessage message)
        {
            var isSkip = message is ITestFailed failed && failed.ExceptionTypes.Length > 0
                && string.Equals(
                    failed.ExceptionTypes[0], typeof(SkippedTestException).FullName, StringComparison.Ordinal);
            if (!isSkip)
            {
                return inner.QueueMessage(message);
            }

            SkippedCount++;
            var skipped = (ITestFailed)message;
            return inner.QueueMessage(new TestSkipped(skipped.Test, skipped.Messages[0]));
        }

        public void Dispose()
        {
        }
    }
}
