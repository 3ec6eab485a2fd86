using System.Runtime.InteropServices;

namespace Sampan.Cli.Commands;

/// <summary>Ctrl-C and the request to end: the first is a wish, told by a token; the second ends the process.</summary>
internal sealed class Signals : IDisposable
{
    private readonly CancellationTokenSource _wished = new();
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;

    /// <summary>Takes the signals from here on.</summary>
    public Signals()
    {
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Take);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Take);
    }

    /// <summary>Ends with the first signal.</summary>
    public CancellationToken Token => _wished.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
        _wished.Dispose();
    }

    private void Take(PosixSignalContext context)
    {
        if (!_wished.IsCancellationRequested)
        {
            context.Cancel = true;
            _wished.Cancel();
        }
    }
}
