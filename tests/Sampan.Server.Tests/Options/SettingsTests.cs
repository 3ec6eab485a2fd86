using Sampan.Server.Options;

namespace Sampan.Server.Tests.Options;

/// <summary>Purpose: what was said by flag, variable or file counts in that order, and nothing said is lost.</summary>
public sealed class SettingsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sampan-settings-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_flag_counts_before_a_variable_before_etcds_variable_before_the_file()
    {
        var file = Write("""{ "name": "file", "max-txn-ops": 7, "data-dir": "file", "snapshot-count": "8" }""");
        var settings = Settings.Gather(
            Of(("name", "flag")),
            Of(
                ("SAMPAN_NAME", "own"), ("ETCD_NAME", "etcd"), ("SAMPAN_DATA_DIR", "own"), ("ETCD_DATA_DIR", "etcd"),
                ("ETCD_MAX_TXN_OPS", "9"), ("ETCD_UNKNOWN", "x")),
            file);
        Assert.Equal("flag", settings["name"]);
        Assert.Equal("own", settings["data-dir"]);
        Assert.Equal("9", settings["max-txn-ops"]);
        Assert.Equal("8", settings["snapshot-count"]);
        Assert.Equal("1000", settings["election-timeout"]);
    }

    [Fact]
    public void A_variable_names_the_file()
    {
        var file = Write("""{ "name": "file" /* a remark */, }""");
        Assert.Equal("file", Settings.Gather(Of(), Of(("SAMPAN_CONFIG_FILE", file)), filePath: null)["name"]);
    }

    [Fact]
    public void Empty_variables_say_nothing()
    {
        var settings = Settings.Gather(Of(), Of(("SAMPAN_NAME", "")), filePath: null);
        Assert.Equal("default", settings["name"]);
        Assert.False(settings.IsGiven("name"));
    }

    [Fact]
    public void Variables_that_set_nothing_are_told()
    {
        var settings = Settings.Gather(
            Of(), Of(("SAMPAN_NAEM", "x"), ("SAMPAN_NAME", "x"), ("PATH", "x"), ("SAMPAN_A", "x")), filePath: null);
        Assert.Equal(["SAMPAN_A", "SAMPAN_NAEM"], settings.UnknownVariables);
    }

    [Theory]
    [InlineData("""{ "nmae": "x" }""", "nmae in FILE: there is no such setting; `sampan server --help` lists them.")]
    [InlineData("""{ "name": "x", "name": "y" }""", "name stands in FILE twice; it must stand there once.")]
    [InlineData("""{ "name": true }""", "name in FILE must be a string or a number.")]
    [InlineData("""["name"]""", "FILE must hold one JSON object of settings.")]
    [InlineData("""{ "name": """, "FILE is no JSON: ")]
    [InlineData("""{ "max-txn-ops": 0 }""", "max-txn-ops in FILE is '0'; it must be a number from 1 to 1000000.")]
    public void A_file_that_is_wrong_is_refused_with_its_name(string text, string sentence)
    {
        var file = Write(text);
        var refusal = Assert.Throws<SettingException>(
            () => ServerOptions.From(Settings.Gather(Of(), Of(), file)));
        Assert.StartsWith(
            sentence.Replace("FILE", file, StringComparison.Ordinal), refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_refused()
    {
        var refusal = Assert.Throws<SettingException>(
            () => Settings.Gather(Of(), Of(), Path.Combine(_folder, "none.json")));
        Assert.StartsWith("The settings file cannot be read: ", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_much_too_large_is_refused()
    {
        var file = Write(new string(' ', (1024 * 1024) + 1));
        var refusal = Assert.Throws<SettingException>(() => Settings.Gather(Of(), Of(), file));
        Assert.Contains("has 1048577 bytes", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_setting_has_one_name_a_help_and_a_variable()
    {
        Assert.Equal(Settings.All.Count, Settings.All.Select(setting => setting.Name).Distinct().Count());
        Assert.All(Settings.All, setting => Assert.EndsWith(".", setting.Help, StringComparison.Ordinal));
        var count = Settings.All.Single(setting => setting.Name == "snapshot-count");
        Assert.Equal(("SAMPAN_SNAPSHOT_COUNT", "ETCD_SNAPSHOT_COUNT"), (count.Variable, count.EtcdVariable));
    }

    private static Dictionary<string, string> Of(params (string Name, string Value)[] values) =>
        values.ToDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal);

    private string Write(string text)
    {
        var path = Path.Combine(_folder, "settings.json");
        File.WriteAllText(path, text);
        return path;
    }
}
