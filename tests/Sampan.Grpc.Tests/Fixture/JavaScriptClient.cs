using System.Diagnostics;

namespace Sampan.Grpc.Tests.Fixture;

/// <summary>Runs a program of @grpc/grpc-js under node; eng/peers installs the package.</summary>
internal static class JavaScriptClient
{
    private const string Package = "@grpc/grpc-js";

    /// <summary>Why it cannot run here; null if it can.</summary>
    public static string? Absence()
    {
        if (Modules() is not { } modules || !Directory.Exists(Path.Combine(modules, Package)))
        {
            return $"{Package} is not installed (eng/peers does it)";
        }

        try
        {
            using var process = Process.Start(new ProcessStartInfo("node", ["--version"])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
            });
            process?.WaitForExit();
            return process?.ExitCode == 0 ? null : "node does not run here";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "node is not installed";
        }
    }

    /// <summary>Runs the program with the server's address; gives back what it printed.</summary>
    public static async Task<string> RunAsync(string program, Uri address)
    {
        var start = new ProcessStartInfo("node", ["-e", program, $"{address.Host}:{address.Port}"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["NODE_PATH"] = Modules();
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return output + await errors;
    }

    private static string? Modules()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Sampan.slnx")))
        {
            folder = folder.Parent;
        }

        return folder is null ? null : Path.Combine(folder.FullName, "artifacts", "peers", "node_modules");
    }
}
