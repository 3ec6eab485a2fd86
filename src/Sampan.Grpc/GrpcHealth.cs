using Sampan.Grpc.Protos.Health;

namespace Sampan.Grpc;

/// <summary>
/// What the health service answers. A served service is as healthy as the server as a whole unless it was set by name.
/// Any thread may set; watchers are told of the last state, not of each.
/// </summary>
public sealed class GrpcHealth
{
    // Guards all fields; nothing else is locked inside it.
    private readonly Lock _lock = new();
    private readonly Dictionary<string, bool> _set = new(StringComparer.Ordinal) { [string.Empty] = true };
    private readonly HashSet<string> _served = new(StringComparer.Ordinal);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Sets the health of a service.</summary>
    /// <param name="service">
    /// The full name of a service; empty for the server as a whole, which begins as serving.
    /// </param>
    /// <param name="isServing">Whether clients should send it calls.</param>
    public void Set(string service, bool isServing)
    {
        TaskCompletionSource changed;

        // Guards the states and the signal that tells of them.
        lock (_lock)
        {
            _set[service] = isServing;
            changed = _changed;
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.SetResult();
    }

    internal void Serve(IEnumerable<string> services)
    {
        // Guards the names that are served.
        lock (_lock)
        {
            _served.UnionWith(services);
        }
    }

    internal (HealthCheckResponse.Types.ServingStatus Status, Task Changed) Observe(string service)
    {
        // Guards the pair: the signal must belong to the state.
        lock (_lock)
        {
            return (StatusOf(service), _changed.Task);
        }
    }

    private HealthCheckResponse.Types.ServingStatus StatusOf(string service)
    {
        if (!_set.TryGetValue(service, out var isServing))
        {
            if (!_served.Contains(service))
            {
                return HealthCheckResponse.Types.ServingStatus.ServiceUnknown;
            }

            isServing = _set[string.Empty];
        }

        return isServing
            ? HealthCheckResponse.Types.ServingStatus.Serving
            : HealthCheckResponse.Types.ServingStatus.NotServing;
    }
}
