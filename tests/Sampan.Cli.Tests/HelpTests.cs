using Sampan.Cli.Commands;
using Sampan.Server.Options;

namespace Sampan.Cli.Tests;

/// <summary>
/// Purpose: the program answers a newcomer's questions, and says in a line what is wrong with arguments.
/// </summary>
public sealed class HelpTests
{
    [Fact]
    public async Task The_program_names_its_commands_and_the_first_steps()
    {
        var run = await CommandRun.OfAsync("--help");
        Assert.Equal(0, run.Code);
        string[] parts = ["sampan dev", "etcdctl", "dev ", "server ", "status ", "inspect ", "recover ", "bench "];
        foreach (var part in parts)
        {
            Assert.Contains(part, run.Output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("dev")]
    [InlineData("server")]
    [InlineData("status")]
    [InlineData("inspect")]
    [InlineData("recover")]
    [InlineData("bench")]
    public async Task Every_command_has_an_example(string command)
    {
        var run = await CommandRun.OfAsync(command, "--help");
        Assert.Equal(0, run.Code);
        Assert.Contains("Example", run.Output, StringComparison.Ordinal);
        Assert.Contains($"sampan {command}", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_setting_of_a_server_is_a_flag_with_its_default()
    {
        var run = await CommandRun.OfAsync("server", "--help");
        Assert.All(Settings.All, setting =>
        {
            Assert.Contains($"--{setting.Name} ", run.Output, StringComparison.Ordinal);
            Assert.Contains(setting.Help, run.Output, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task A_default_is_shown_once()
    {
        var run = await CommandRun.OfAsync("status", "--help");
        Assert.Equal(2, run.Output.Split("[default:").Length);
    }

    [Fact]
    public async Task What_is_unknown_is_told_without_a_guess()
    {
        var run = await CommandRun.OfAsync("server", "--bogus", "1");
        Assert.Equal(1, run.Code);
        Assert.DoesNotContain("Did you mean", run.Output + run.Error, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("/p/bin/sampan", "/p", "bin/sampan")]
    [InlineData("/p/bin/sampan", "/p/bin", "./sampan")]
    [InlineData("/p/bin/sampan", "/other", "/p/bin/sampan")]
    [InlineData("/my p/sampan", "/other", "'/my p/sampan'")]
    [InlineData("/usr/bin/dotnet", "/p", "dotnet bin/sampan.dll")]
    public void The_program_can_be_called_as_it_is_told(string process, string current, string expected) =>
        Assert.Equal(expected, ProgramText.Of(process, "/p/bin/", current));

    [Fact]
    public async Task The_version_is_told()
    {
        var run = await CommandRun.OfAsync("--version");
        Assert.Equal(0, run.Code);
        Assert.Matches(@"^\d+\.\d+\.\d+", run.Output);
    }

    [Theory]
    [InlineData("Unrecognized command or argument '--nmae'.", "server", "--nmae", "x")]
    [InlineData("Unrecognized command or argument 'serve'.", "serve")]
    [InlineData("sampan: --name is empty; give it a value", "server", "--name", "")]
    [InlineData("sampan: --election-timeout is '499'; it must be at least 5", "server", "--election-timeout", "499")]
    [InlineData("sampan: The settings file cannot be read", "server", "--config-file", "/nowhere/at.json")]
    [InlineData("sampan: --config-file (or SAMPAN_CONFIG_FILE) is empty;", "server", "--config-file", "")]
    [InlineData("sampan: --port is 0; it must be from 1 to 65530.", "dev", "--port", "0")]
    [InlineData("sampan: --port is 65531; it must be from 1 to 65530.", "dev", "--port", "65531")]
    [InlineData("sampan: --data-dir is empty; give it a value", "dev", "--data-dir", "")]
    [InlineData("Cannot parse argument 'x' for option '--port'", "dev", "--port", "x")]
    [InlineData("--endpoints holds 'a:b:c'; allowed is host:port", "status", "--endpoints", "a:b:c")]
    [InlineData("--endpoints holds '127.0.0.1'; allowed is host:port", "status", "--endpoints", "127.0.0.1")]
    [InlineData("(https is not there yet)", "status", "--endpoints", "https://127.0.0.1:2379")]
    [InlineData("--endpoints holds 'http://a:1/b'; allowed", "bench", "put", "--endpoints", "http://a:1/b")]
    [InlineData("--endpoints is empty; allowed is host:port", "status", "--endpoints", ",")]
    [InlineData("Argument 'x' not recognized.", "bench", "get", "--consistency", "x")]
    [InlineData("sampan: --clients is 0; it must be from 1 to 100000.", "bench", "put", "--clients", "0")]
    [InlineData("sampan: --connections is 0; it must be from 1", "bench", "put", "--connections", "0")]
    [InlineData("sampan: --total is -1; it must be 0 or more.", "bench", "put", "--total", "-1")]
    [InlineData("sampan: --seconds is 0; it must be above 0.", "bench", "put", "--seconds", "0")]
    [InlineData("sampan: --keys is 0; it must be 1 or more.", "bench", "put", "--keys", "0")]
    [InlineData("sampan: --key-size is 7; it must be from 8 to 1024.", "bench", "put", "--key-size", "7")]
    [InlineData(
        "sampan: --key-size is 8; it must be large enough for 10000001 different keys.",
        "bench", "put", "--key-size", "8", "--keys", "10000001")]
    [InlineData("sampan: --value-size is -1; it must be from 0", "bench", "put", "--value-size", "-1")]
    [InlineData("sampan: there is no directory /nowhere.", "inspect", "store", "/nowhere")]
    [InlineData("--entries is -1; it must be from 0 to", "inspect", "log", "/nowhere", "--entries", "-1")]
    [InlineData("Required argument 'DIR' missing", "inspect", "log")]
    [InlineData("sampan: there is no directory /nowhere.", "recover", "/nowhere", "--give-up-others")]
    [InlineData("sampan: DIR is ''", "recover", "")]
    [InlineData("Cannot parse argument 'x' for option '--group'", "recover", "/nowhere", "--group", "x")]
    [InlineData("Required argument 'DIR' missing", "recover")]
    public async Task What_is_wrong_is_told_in_a_line_without_a_trace(string sentence, params string[] arguments)
    {
        var run = await CommandRun.OfAsync(arguments);
        Assert.Equal(1, run.Code);
        Assert.Contains(sentence, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Usage:", run.Output, StringComparison.Ordinal);
    }
}
