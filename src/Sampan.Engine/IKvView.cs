namespace Sampan.Engine;

/// <summary>
/// What an engine held at one moment. Immutable, for any number of threads, each with cursors of its own. Dispose it
/// once, when nobody reads it any more: until then the engine copies what it changes.
/// </summary>
public interface IKvView : IKvReader, IDisposable
{
}
