using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Sampan.Server.Options;

namespace Sampan.Server.Stores;

/// <summary>
/// Sentences of the engine, which speak of stores by their ids and of all that it can do, as an operator of this server
/// needs them: with the names of members, and with what can be done today.
/// </summary>
internal sealed partial class OperatorText
{
    private const string NoChanges = " (this version's API cannot change members yet: leave that one stopped, the "
        + "others go on while they are a majority; see \"A wiped store\" in docs/operations.md)";

    private readonly Dictionary<string, string> _names;

    /// <summary>The texts of a cluster with these members.</summary>
    public OperatorText(IEnumerable<ClusterMember> members) => _names = members.ToDictionary(
        member => member.Id.ToString("x", CultureInfo.InvariantCulture),
        member => member.Name,
        StringComparer.Ordinal);

    /// <summary>A sentence in an operator's words.</summary>
    public string Of(string sentence)
    {
        var named = StoreId().Replace(sentence, match =>
            _names.TryGetValue(match.Groups["id"].Value, out var name) ? $"{match.Value} ({name})" : match.Value);
        return named.Contains("membership change", StringComparison.Ordinal) ? named + NoChanges : named;
    }

    /// <summary>
    /// An address as an operator writes it: one of IPv4 that came over a socket of IPv6 is one of IPv4.
    /// </summary>
    public static string AddressOf(string address) =>
        IPEndPoint.TryParse(address, out var endpoint) && endpoint.Address.IsIPv4MappedToIPv6
            ? new IPEndPoint(endpoint.Address.MapToIPv4(), endpoint.Port).ToString()
            : address;

    [GeneratedRegex("store (?<id>[0-9a-f]+)\\b", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 100)]
    private static partial Regex StoreId();
}
