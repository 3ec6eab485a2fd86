namespace Sampan.Base;

/// <summary>How others tell a worker that something waits for it.</summary>
public interface IWorkerHandle
{
    /// <summary>
    /// Whether what is put into the worker's mailbox now must be put there by <see cref="Deliver"/>. False on real
    /// threads, always. In simulation a running worker's local time is ahead of the others': what it hands over must
    /// not be seen before that time, and not at all if a crash comes first.
    /// </summary>
    bool IsDeferred => false;

    /// <summary>
    /// The worker runs once more after this call, however often it was called meanwhile. Any thread; never blocks,
    /// never runs the worker inline.
    /// </summary>
    void Wake();

    /// <summary>
    /// Puts something into the worker's mailbox when its time has come: at once, unless <see cref="IsDeferred"/>.
    /// Deliveries of one worker keep their order.
    /// </summary>
    void Deliver(Action delivery) => delivery();
}
