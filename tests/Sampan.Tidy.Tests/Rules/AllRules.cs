using Sampan.Tidy.Tests.Core;

namespace Sampan.Tidy.Tests.Rules;

/// <summary>Every rule of syntax, new for each run.</summary>
internal static class AllRules
{
    /// <summary>The rules, sorted by nothing in particular.</summary>
    public static IReadOnlyList<Rule> Create() =>
    [
        new LineLength(), new FileLength(), new FunctionLength(), new TypeLength(), new PartCount(),
        new FieldsInMainPart(), new ConstructorParameters(), new OnePublicType(), new NamespaceIsFolder(),
        new PureRoom(), new MutableStatic(), new StringKeyedIteration(), new Threads(), new CatchAll(), new Markers(),
        new Waiting(), new TypeNames(), new AdjacentParameters(), new LogEvents(), new KindsOfType(),
        new NullForgiving(), new Signatures(), new Injection(),
    ];
}
