using Sampan.Io;

namespace Sampan.Storage.Tests.Log;

/// <summary>Files in arrays that grow rarely: for counting what the log itself allocates.</summary>
internal sealed class SilentFileSystem : IFileSystem
{
    private readonly SortedDictionary<string, SilentFile> _files = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public IFile Open(string path, FileOpenMode mode)
    {
        if (mode == FileOpenMode.CreateNew)
        {
            _files.Add(path, new SilentFile());
        }

        return _files[path];
    }

    /// <inheritdoc/>
    public bool FileExists(string path) => _files.ContainsKey(path);

    /// <inheritdoc/>
    public bool DirectoryExists(string path) => true;

    /// <inheritdoc/>
    public void CreateDirectory(string path)
    {
        // There is only one.
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string path) => [.. _files.Keys.Select(name => name[(path.Length + 1)..])];

    /// <inheritdoc/>
    public void Rename(string from, string to)
    {
        _files[to] = _files[from];
        _files.Remove(from);
    }

    /// <inheritdoc/>
    public void DeleteFile(string path) => _files.Remove(path);

    /// <inheritdoc/>
    public void DeleteDirectory(string path) => _files.Clear();

    /// <inheritdoc/>
    public void SyncDirectory(string path)
    {
        // Nothing is ever lost.
    }

    /// <inheritdoc/>
    public IDisposable? TryLock(string path) => null;

    private sealed class SilentFile : IFile
    {
        private byte[] _bytes = [];

        public long LengthBytes => _bytes.Length;

        public int Read(long offsetBytes, Span<byte> into)
        {
            var count = (int)Math.Clamp(_bytes.Length - offsetBytes, 0, into.Length);
            _bytes.AsSpan((int)offsetBytes, count).CopyTo(into);
            return count;
        }

        public void Write(long offsetBytes, ReadOnlySpan<byte> from)
        {
            if (offsetBytes + from.Length > _bytes.Length)
            {
                Array.Resize(ref _bytes, (int)offsetBytes + from.Length);
            }

            from.CopyTo(_bytes.AsSpan((int)offsetBytes));
        }

        public void SetLength(long lengthBytes) => Array.Resize(ref _bytes, (int)lengthBytes);

        public void SyncData()
        {
            // Nothing is ever lost.
        }

        public void Sync()
        {
            // Nothing is ever lost.
        }

        public void Dispose()
        {
            // Others may have it open.
        }
    }
}
