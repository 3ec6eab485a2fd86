using Sampan.Cli.Commands;

return await Root.Create().Parse(args).InvokeAsync().ConfigureAwait(false);
