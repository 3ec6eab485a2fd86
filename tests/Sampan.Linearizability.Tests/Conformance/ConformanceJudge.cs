using Sampan.Linearizability.Checks;
using Sampan.Linearizability.Models;
using Sampan.Linearizability.Transactions;

namespace Sampan.Linearizability.Tests.Conformance;

/// <summary>
/// Judges a history by the model, the initial state and the level that the table of verdicts names, and by nothing
/// else. What the formats mean stands in the README beside the histories.
/// </summary>
internal static class ConformanceJudge
{
    /// <summary>Whether the history is good.</summary>
    public static bool IsGood(VerdictRow row, IReadOnlyList<RecordedEvent> events) => row.Model switch
    {
        "etcd-register" => IsLinearizable(
            new RegisterModel<string?>(ValueOf(row.Initial)), Registers(events, doRefusedSwapsAnswer: true)),
        "register" or "cas-register" => IsLinearizable(
            new RegisterModel<string?>(ValueOf(row.Initial)), Registers(events, doRefusedSwapsAnswer: false)),
        "kv" => IsLinearizable(new KvModel(), Keys(events)),
        "mutex" => IsLinearizable(new MutexModel(), Mutexes(events)),
        "fifo-queue" => IsLinearizable(new QueueModel(), Queues(events)),
        "multi-register" => IsLinearizable(
            new MultiRegisterModel(MapOf(row.Initial)), new TransactionReader(isNilUnknown: true).Read(events)),
        "list-append" => Holds(ListAppendChecker.Check(new TransactionReader().Read(events)).VerdictAt(row.Level)),
        "rw-register" => IsGoodForElle(
            RegisterTransactionChecker.Check(new TransactionReader().Read(events)), row.Level),
        "bank" => IsNotViolated(BankCheck.Check(new TransactionReader().ReadBalances(events)).Verdict),
        "long-fork" => IsNotViolated(LongForkCheck.Check(new TransactionReader().Read(events)).Verdict),
        "counter" => IsNotViolated(CounterCheck.Check(Counters(events)).Verdict),
        "set" => Holds(SetCheck.CheckLastRead(Sets(events)).Verdict),
        "set-full" => Holds(SetCheck.CheckAllReads(Sets(events)).Verdict),
        _ => throw new FormatException($"{row.File}: unknown model {row.Model}"),
    };

    private static bool IsLinearizable<TState, TInput, TOutput>(
        IModel<TState, TInput, TOutput> model,
        History<TInput, TOutput> history)
        where TInput : notnull
    {
        var result = LinearizabilityChecker.Check(model, history);
        WitnessAssert.Explains(model, history, result);
        Assert.NotEqual(Verdict.Unknown, result.Verdict);
        return result.Verdict == Verdict.Linearizable;
    }

    private static bool Holds(ConsistencyVerdict verdict)
    {
        Assert.NotEqual(ConsistencyVerdict.Unknown, verdict);
        return verdict == ConsistencyVerdict.Holds;
    }

    // Elsewhere a history without a single read counts as good for these.
    private static bool IsNotViolated(ConsistencyVerdict verdict) => verdict != ConsistencyVerdict.Violated;

    // Elle has no name for reads of values that nobody wrote, and its verdict on registers is about what is left.
    private static bool IsGoodForElle(TransactionReport report, ConsistencyLevel level) =>
        report.Anomalies.All(anomaly => anomaly.Kind == AnomalyKind.GarbageRead || anomaly.ForbiddenFrom > level);

    private static string? ValueOf(string initial) => initial is "nil" or "-" ? null : initial;

    private static string? ValueOf(EdnValue value) => value.IsNil ? null : value.Text;

    // "x=0 y=0"
    private static RegisterMap MapOf(string initial)
    {
        var map = RegisterMap.Empty;
        foreach (var pair in initial.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (pair.Split('=') is [var key, var value])
            {
                map = map.With(key, EdnValue.Atom(EdnKind.Atom, value).Number);
            }
        }

        return map;
    }

    // A refused swap is either an answer, or it surely did not happen; a read of nil is then always allowed.
    private static History<RegisterInput<string?>, RegisterOutput<string?>> Registers(
        IReadOnlyList<RecordedEvent> events,
        bool doRefusedSwapsAnswer) =>
        HistoryRecorder.Record<RegisterInput<string?>, RegisterOutput<string?>>(
            events,
            asked => asked.Function switch
            {
                "read" => RegisterInput.Read<string?>(asked.Key),
                "write" => RegisterInput.Write(ValueOf(asked.Value), asked.Key),
                "cas" => RegisterInput.CompareAndSwap(
                    ValueOf(asked.Value.Items[0]), ValueOf(asked.Value.Items[1]), asked.Key),
                _ => null,
            },
            (history, id, answer) =>
            {
                var isOk = answer.Type == "ok";
                if (answer.Function == "read" && isOk && (doRefusedSwapsAnswer || !answer.Value.IsNil))
                {
                    history.Complete(id, new RegisterOutput<string?> { Value = ValueOf(answer.Value) });
                }
                else if (answer.Function == "cas" && (isOk || doRefusedSwapsAnswer))
                {
                    history.Complete(id, new RegisterOutput<string?> { IsSwapped = isOk });
                }
                else if (answer.Function == "write" && isOk)
                {
                    history.Complete(id, default);
                }
                else if (!isOk)
                {
                    history.Fail(id);
                }
            });

    private static History<KvInput, string> Keys(IReadOnlyList<RecordedEvent> events) =>
        HistoryRecorder.Record<KvInput, string>(
            events,
            asked => new KvInput
            {
                Action = asked.Function switch
                {
                    "get" => KvAction.Get,
                    "put" => KvAction.Put,
                    _ => KvAction.Append,
                },
                Key = asked.Key ?? string.Empty,
                Value = asked.Value.IsNil ? null : asked.Value.Content,
            },
            (history, id, answer) =>
            {
                if (answer.Type == "ok")
                {
                    history.Complete(id, answer.Value.IsNil ? string.Empty : answer.Value.Content);
                }
                else
                {
                    history.Fail(id);
                }
            });

    private static History<MutexAction, NoOutput> Mutexes(IReadOnlyList<RecordedEvent> events) =>
        HistoryRecorder.Record<MutexAction, NoOutput>(
            events,
            asked => asked.Function switch
            {
                "acquire" => MutexAction.Acquire,
                "release" => MutexAction.Release,
                _ => null,
            },
            End<MutexAction, NoOutput>(_ => default));

    private static History<QueueInput, string> Queues(IReadOnlyList<RecordedEvent> events) =>
        HistoryRecorder.Record<QueueInput, string>(
            events,
            asked => asked.Function switch
            {
                "enqueue" => new QueueInput(QueueAction.Enqueue, asked.Value.Text),
                "dequeue" => new QueueInput(QueueAction.Dequeue),
                _ => null,
            },
            End<QueueInput, string>(answer => answer.Value.Text));

    private static History<CounterInput, long> Counters(IReadOnlyList<RecordedEvent> events) =>
        HistoryRecorder.Record<CounterInput, long>(
            events,
            asked => asked.Function switch
            {
                "read" => new CounterInput(CounterAction.Read),
                "add" => new CounterInput(CounterAction.Add, asked.Value.Number ?? 0),
                _ => null,
            },
            End<CounterInput, long>(answer => answer.Value.Number ?? 0));

    private static History<SetInput, Elements> Sets(IReadOnlyList<RecordedEvent> events) =>
        HistoryRecorder.Record<SetInput, Elements>(
            events,
            asked => asked.Function switch
            {
                "read" => new SetInput(SetAction.Read),
                "add" => new SetInput(SetAction.Add, asked.Value.Text),
                _ => null,
            },
            End<SetInput, Elements>(answer => Elements.InOrder(answer.Value.Items.Select(item => item.Text))));

    private static Action<History<TInput, TOutput>, OperationId, RecordedEvent> End<TInput, TOutput>(
        Func<RecordedEvent, TOutput> output)
        where TInput : notnull =>
        (history, id, answer) =>
        {
            if (answer.Type == "ok")
            {
                history.Complete(id, output(answer));
            }
            else
            {
                history.Fail(id);
            }
        };
}
