namespace Sampan.Storage.Identity;

/// <summary>What <c>store.json</c> says.</summary>
/// <param name="Identity">Whose data the directory holds.</param>
/// <param name="IsComplete">Whether a start came so far that the log was durable.</param>
internal sealed record StoredIdentity(StoreIdentity Identity, bool IsComplete);
