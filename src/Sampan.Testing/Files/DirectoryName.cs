namespace Sampan.Testing.Files;

/// <summary>A name in a directory, bound or not.</summary>
internal readonly record struct DirectoryName(StoredDirectory Directory, string Name);
