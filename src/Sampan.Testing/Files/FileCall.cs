namespace Sampan.Testing.Files;

/// <summary>One call of a file system, told before it takes effect.</summary>
/// <param name="Number">Counts all calls of the file system from 1.</param>
/// <param name="Kind">What is called.</param>
/// <param name="Path">The file or directory; the old name of a rename.</param>
/// <param name="SizeBytes">Bytes to read or write; 0 for all other calls.</param>
public readonly record struct FileCall(long Number, FileCallKind Kind, string Path, int SizeBytes);
