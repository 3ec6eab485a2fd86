using System.Text.Json;

namespace Sampan.Server.Options;

/// <summary>
/// What a server can be told, and what it was told: by flags, by environment variables (<c>SAMPAN_NAME</c>, then etcd's
/// <c>ETCD_NAME</c>), by a JSON file of the same names; the first of these that says something counts.
/// </summary>
public sealed class Settings
{
    /// <summary>How the variables that set something begin.</summary>
    public const string Prefix = "SAMPAN_";

    /// <summary>The variable that names the JSON file.</summary>
    public const string FileVariable = Prefix + "CONFIG_FILE";

    private const int FileBytesMax = 1024 * 1024;

    private readonly Dictionary<string, (string Value, string Source)> _given = new(StringComparer.Ordinal);

    private Settings()
    {
    }

    /// <summary>Every setting there is.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        new() { Name = "name", Default = "default", Help = "This member's name, unique in the cluster." },
        new() { Name = "data-dir", Default = "", Help = "Where its data lies; NAME.sampan by default." },
        new()
        {
            Name = "listen-client-urls", Default = "http://localhost:2379",
            Help = "Where clients are served: URLs with an IP address or localhost, separated by commas.",
        },
        new()
        {
            Name = "advertise-client-urls", Default = "",
            Help = "What clients are told to use, separated by commas; as listen-client-urls by default.",
        },
        new()
        {
            Name = "listen-peer-urls", Default = "http://localhost:2380",
            Help = "Where other members are served: one URL.",
        },
        new()
        {
            Name = "initial-advertise-peer-urls", Default = "http://localhost:2380",
            Help = "Where other members reach this one: one URL, the one that initial-cluster gives it.",
        },
        new()
        {
            Name = "initial-cluster", Default = "",
            Help = "All first members, as NAME=URL,NAME=URL; this one alone by default.",
        },
        new()
        {
            Name = "initial-cluster-state", Default = "new",
            Help = "new: a cluster that begins; existing: this member joins one.",
        },
        new()
        {
            Name = "initial-cluster-token", Default = "sampan-cluster",
            Help = "Tells clusters with equal members apart.",
        },
        new() { Name = "heartbeat-interval", Default = "100", Help = "How often a leader says so, in milliseconds." },
        new()
        {
            Name = "election-timeout", Default = "1000",
            Help = "After how long a silent leader is replaced, in milliseconds; at least 5 heartbeats.",
        },
        new()
        {
            Name = "election-round-trip", Default = "10",
            Help = "How long a vote may take, there and back, a sync included, in milliseconds; election-timeout is "
                + "above 20 of them.",
        },
        new()
        {
            Name = "snapshot-count", Default = "100000",
            Help = "After how many log entries a snapshot is taken, at the earliest.",
        },
        new()
        {
            Name = "snapshot-growth", Default = "100",
            Help = "How large the log since the last snapshot has to be for the next, in percent of that snapshot.",
        },
        new() { Name = "max-request-bytes", Default = "1572864", Help = "How large a request may be, in bytes." },
        new() { Name = "max-txn-ops", Default = "128", Help = "How many operations a transaction may have." },
        new()
        {
            Name = "quota-backend-bytes", Default = "0",
            Help = "How many bytes of data there may be before puts are refused; 0: 2 GiB, -1: no limit.",
        },
    ];

    /// <summary>
    /// Gathers what was said. Throws <see cref="SettingException"/> for a name that does not exist and for a file that
    /// cannot be read.
    /// </summary>
    /// <param name="flags">Flags by name, without dashes.</param>
    /// <param name="environment">
    /// All environment variables. Empty ones count as absent; one that begins with SAMPAN_ and names no setting is
    /// refused, those apart that Kubernetes makes for a service named sampan and those that set up Sampan's own tests.
    /// </param>
    /// <param name="filePath">The JSON file; null: the one that SAMPAN_CONFIG_FILE names, or none.</param>
    public static Settings Gather(
        IReadOnlyDictionary<string, string> flags,
        IReadOnlyDictionary<string, string> environment,
        string? filePath)
    {
        var settings = new Settings();
        if ((filePath ?? ValueOf(environment, FileVariable)) is { } path)
        {
            settings.AddFile(path);
        }

        RefuseUnknown(environment);
        foreach (var setting in All)
        {
            foreach (var variable in (string[])[setting.EtcdVariable, setting.Variable])
            {
                if (ValueOf(environment, variable) is { } value)
                {
                    settings._given[setting.Name] = (value, variable);
                }
            }
        }

        foreach (var (name, value) in flags)
        {
            settings.Add(name, value, $"--{name}");
        }

        return settings;
    }

    /// <summary>What counts for a setting.</summary>
    public string this[string name] => _given.TryGetValue(name, out var given)
        ? given.Value
        : All.Single(setting => string.Equals(setting.Name, name, StringComparison.Ordinal)).Default;

    /// <summary>Whether somebody said something.</summary>
    public bool IsGiven(string name) => _given.ContainsKey(name);

    /// <summary>The exception for a value that is not allowed; it names where the value came from.</summary>
    public SettingException Wrong(string name, string allowed)
    {
        var source = _given.TryGetValue(name, out var given) ? given.Source : $"--{name}";
        return new SettingException($"{source} is '{this[name]}'; it must be {allowed}.");
    }

    private static string? ValueOf(IReadOnlyDictionary<string, string> environment, string variable) =>
        environment.TryGetValue(variable, out var value) && value.Length > 0 ? value : null;

    private static void RefuseUnknown(IReadOnlyDictionary<string, string> environment)
    {
        var known = All.Select(setting => setting.Variable).Append(FileVariable).ToHashSet(StringComparer.Ordinal);
        var unknown = environment.Keys
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)
                && !known.Contains(name) && !IsOfOrchestrator(name) && !IsOfTests(name))
            .Order(StringComparer.Ordinal)
            .FirstOrDefault();
        if (unknown is not null)
        {
            throw Unknown($"the environment variable {unknown}");
        }
    }

    // Set in the shell of somebody who tests Sampan and starts it from there.
    private static bool IsOfTests(string name) =>
        name[Prefix.Length..] is "ACCEPT" or "CONFORMANCE" or "FUZZ" or "RANDOM_SEEDS" or "ROUNDS" or "SEED";

    // Kubernetes tells every pod of a service named sampan by such variables, whether it wants to know or not.
    private static bool IsOfOrchestrator(string name) =>
        name.StartsWith(Prefix + "SERVICE_", StringComparison.Ordinal)
        || name.StartsWith(Prefix + "PORT_", StringComparison.Ordinal)
        || string.Equals(name, Prefix + "PORT", StringComparison.Ordinal);

    private static SettingException Unknown(string source) =>
        new($"{source}: there is no such setting; `sampan server --help` lists them.");

    private void AddFile(string path)
    {
        try
        {
            var length = new FileInfo(path).Length;
            if (length > FileBytesMax)
            {
                throw new SettingException($"{path} has {length} bytes; a settings file has at most {FileBytesMax}.");
            }

            using var json = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions
            {
                CommentHandling = JsonCommentHandling.Skip,
                AllowTrailingCommas = true,
                AllowDuplicateProperties = false,
            });
            if (json.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new SettingException($"{path} must hold one JSON object of settings.");
            }

            foreach (var property in json.RootElement.EnumerateObject())
            {
                Add(property.Name, ValueOf(property, path), $"{property.Name} in {path}");
            }
        }
        catch (JsonException exception)
        {
            throw new SettingException($"{path} is no JSON: {exception.Message}", exception);
        }
        catch (IOException exception)
        {
            throw new SettingException($"The settings file cannot be read: {exception.Message}", exception);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new SettingException($"The settings file cannot be read: {exception.Message}", exception);
        }
    }

    private static string ValueOf(JsonProperty property, string path) => property.Value.ValueKind switch
    {
        JsonValueKind.String => property.Value.GetString() ?? string.Empty,
        JsonValueKind.Number => property.Value.GetRawText(),
        _ => throw new SettingException($"{property.Name} in {path} must be a string or a number."),
    };

    private void Add(string name, string value, string source)
    {
        if (!All.Any(setting => string.Equals(setting.Name, name, StringComparison.Ordinal)))
        {
            throw Unknown(source);
        }

        _given[name] = (value, source);
    }
}
