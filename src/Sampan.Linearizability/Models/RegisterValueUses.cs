namespace Sampan.Linearizability.Models;

/// <summary>Who wrote and who needed each value of one register.</summary>
internal sealed class RegisterValueUses<TValue>
{
    private readonly IReadOnlyList<Operation<RegisterInput<TValue>, RegisterOutput<TValue>>> _operations;
    private readonly bool[] _isDropped;

    // Keyed by a tuple of one, because null may be a value.
    private readonly Dictionary<ValueTuple<TValue?>, Use> _uses = [];

    public RegisterValueUses(
        IReadOnlyList<Operation<RegisterInput<TValue>, RegisterOutput<TValue>>> operations,
        TValue? initialValue)
    {
        _operations = operations;
        _isDropped = new bool[operations.Count];
        UseOf(initialValue).Writers++;
        foreach (var operation in operations)
        {
            Add(operation);
        }
    }

    /// <summary>Whether a swap was answered with no.</summary>
    public bool HasRefusedSwap { get; private set; }

    public bool IsDropped(int index) => _isDropped[index];

    /// <summary>Whether an answer, or an unanswered swap that is not dropped, needs this value.</summary>
    public bool IsNeeded(TValue? value) => _uses.TryGetValue(ValueTuple.Create(value), out var use) && use.Needs > 0;

    /// <summary>Whether a refused swap expected this value.</summary>
    public bool IsNamed(TValue? value) => _uses.TryGetValue(ValueTuple.Create(value), out var use) && use.IsNamed;

    /// <summary>An unanswered operation no longer counts.</summary>
    public void Drop(int index)
    {
        _isDropped[index] = true;
        var input = _operations[index].Input;
        UseOf(input.Value).Writers--;
        if (input.Action == RegisterAction.CompareAndSwap)
        {
            UseOf(input.Expected).Needs--;
        }
    }

    /// <summary>The first return of an answer that proves that the only writer of the value had written it.</summary>
    public bool TryGetWitness(TValue? value, out long position)
    {
        position = long.MaxValue;
        if (_uses.TryGetValue(ValueTuple.Create(value), out var use) && use.Writers == 1)
        {
            position = use.FirstWitness;
        }

        return position < long.MaxValue;
    }

    private void Add(in Operation<RegisterInput<TValue>, RegisterOutput<TValue>> operation)
    {
        var input = operation.Input;
        var isRefused = operation.IsAnswered && !operation.Output.IsSwapped;
        switch (input.Action)
        {
            case RegisterAction.Read:
                Need(operation.Output.Value, operation.ReturnPosition);
                break;
            case RegisterAction.Write:
                UseOf(input.Value).Writers++;
                break;
            case RegisterAction.CompareAndSwap when isRefused:
                HasRefusedSwap = true;
                UseOf(input.Expected).IsNamed = true;
                break;
            default:
                Need(input.Expected, operation.ReturnPosition);
                UseOf(input.Value).Writers++;
                break;
        }
    }

    private void Need(TValue? value, long position)
    {
        var use = UseOf(value);
        use.Needs++;
        use.FirstWitness = Math.Min(use.FirstWitness, position);
    }

    private Use UseOf(TValue? value)
    {
        if (!_uses.TryGetValue(ValueTuple.Create(value), out var use))
        {
            _uses[ValueTuple.Create(value)] = use = new Use();
        }

        return use;
    }

    private sealed class Use
    {
        public int Writers { get; set; }

        public int Needs { get; set; }

        public bool IsNamed { get; set; }

        public long FirstWitness { get; set; } = long.MaxValue;
    }
}
