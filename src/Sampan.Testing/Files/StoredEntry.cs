namespace Sampan.Testing.Files;

/// <summary>A file or a directory, apart from its names: what a file system calls an inode.</summary>
internal abstract class StoredEntry;
