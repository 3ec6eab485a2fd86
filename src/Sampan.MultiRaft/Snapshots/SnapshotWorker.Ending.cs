using Sampan.Base;

namespace Sampan.MultiRaft.Snapshots;

/// <content>The end: what files and frozen states are still held is released.</content>
internal sealed partial class SnapshotWorker
{
    /// <summary>
    /// No worker runs any more. Requests are not answered here (the list of open ones does that, before): a disk that
    /// failed may refuse what is done now, each time, and <paramref name="remark"/> is told.
    /// </summary>
    public void End(Action<string> remark)
    {
        foreach (var job in _jobs.Concat(_marking.Values))
        {
            Release(job.Sink, remark);
            Release(job.Writer, remark);
        }

        foreach (var transfer in _outgoing.Values)
        {
            Release(transfer.Source, remark);
        }

        foreach (var transfer in _incoming.Values)
        {
            Release(transfer.Sink, remark);
        }

        _mailbox.TakeAll(_taken);
        foreach (var mail in _taken)
        {
            Release(mail.Frozen, remark);
        }

        _jobs.Clear();
        _marking.Clear();
        _outgoing.Clear();
        _incoming.Clear();
        _taken.Clear();
    }

    private static void Release(IDisposable? held, Action<string> remark)
    {
        try
        {
            held?.Dispose();
        }
        catch (Exception exception) when (exception is not InvariantViolationException)
        {
            remark($"part of a snapshot under way could not be released when the store ended: {exception.Message}");
        }
    }
}
