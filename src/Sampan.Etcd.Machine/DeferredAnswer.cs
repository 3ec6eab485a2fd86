using Sampan.Mvcc;

namespace Sampan.Etcd.Machine;

/// <summary>
/// An answer that whoever asked makes itself, from a frozen view, so that applying goes on meanwhile. Used once, by any
/// thread; disposed in the end.
/// </summary>
public sealed class DeferredAnswer : IDisposable
{
    private readonly MvccView _view;
    private readonly Func<MvccView, SizedAnswer> _read;

    internal DeferredAnswer(MvccView view, Func<MvccView, SizedAnswer> read)
    {
        _view = view;
        _read = read;
    }

    /// <summary>Reads what the result will hold. Its bytes are made by the result.</summary>
    public SizedAnswer Read() => _read(_view);

    /// <inheritdoc/>
    public void Dispose() => _view.Dispose();
}
