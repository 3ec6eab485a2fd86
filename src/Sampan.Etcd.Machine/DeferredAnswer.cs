using Sampan.Mvcc;

namespace Sampan.Etcd.Machine;

/// <summary>
/// An answer that whoever asked makes itself, from a frozen view, so that applying goes on meanwhile. Used once, by any
/// thread; disposed in the end.
/// </summary>
public sealed class DeferredAnswer : IDisposable
{
    private readonly MvccView _view;
    private readonly Func<MvccView, byte[]> _make;

    internal DeferredAnswer(MvccView view, Func<MvccView, byte[]> make)
    {
        _view = view;
        _make = make;
    }

    /// <summary>Makes the result, as <see cref="EtcdCodec.Decode"/> splits it.</summary>
    public ReadOnlyMemory<byte> Make() => _make(_view);

    /// <inheritdoc/>
    public void Dispose() => _view.Dispose();
}
