using Google.Protobuf;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Protocol.Etcd;

namespace Sampan.Etcd.Machine.Tests;

/// <summary>A machine that is given commands one by one.</summary>
internal sealed class MachineUnderTest
{
    /// <summary>How many keys a transaction that only reads may look at.</summary>
    public const long TxnKeysMax = 5_000;

    private readonly IStateMachine _machine = new EtcdMachineFactory(new EtcdMachineOptions
    {
        ClusterId = 7,
        MemberId = 8,
        PageKeysMax = 4,
        TxnKeysMax = TxnKeysMax,
        CompactionStepVersions = 2,
    }).Create(EtcdGroup.Id);

    private ulong _index;

    /// <summary>Applies a command; returns its raw result.</summary>
    public byte[] Apply(byte[] command)
    {
        var context = new ApplyContext();
        context.Begin(++_index, 0);
        context.Add(isResultWanted: true);
        _machine.Apply(context, [new Command(new LogId(3, _index), 0, command)]);
        return context.ResultOf(0).ToArray();
    }

    /// <summary>Applies commands in one call, for whose results nobody waits.</summary>
    public void Replay(IReadOnlyList<byte[]> commands)
    {
        var context = new ApplyContext();
        context.Begin(_index + (ulong)commands.Count, 0);
        var batch = new Command[commands.Count];
        for (var i = 0; i < batch.Length; i++)
        {
            context.Add(isResultWanted: false);
            batch[i] = new Command(new LogId(3, ++_index), 0, commands[i]);
        }

        _machine.Apply(context, batch);
        for (var i = 0; i < batch.Length; i++)
        {
            Assert.True(context.ResultOf(i).IsEmpty);
        }
    }

    /// <summary>Asks by bytes; returns the raw result.</summary>
    public byte[] Read(byte[] query)
    {
        var context = new ReadContext();
        context.Begin(new LogId(3, _index));
        _machine.Read(context, query);
        if (context.View is not DeferredAnswer deferred)
        {
            return context.Answer.ToArray();
        }

        using (deferred)
        {
            return deferred.Read().Write().ToArray();
        }
    }

    /// <summary>Whether the answer is made outside, from a view.</summary>
    public bool IsDeferred(EtcdQueryKind kind, IMessage message)
    {
        var context = new ReadContext();
        context.Begin(new LogId(3, _index));
        _machine.Read(context, EtcdCodec.Encode(kind, message.ToByteArray()));
        context.View?.Dispose();
        return context.View is not null;
    }

    /// <summary>Applies a command that succeeds.</summary>
    public T Apply<T>(EtcdCommandKind kind, IMessage message)
        where T : IMessage<T>, new()
    {
        Assert.Equal(EtcdError.None, TryApply<T>(kind, message, out var response));
        return response;
    }

    /// <summary>Applies a command.</summary>
    public EtcdError TryApply<T>(EtcdCommandKind kind, IMessage message, out T response)
        where T : IMessage<T>, new() =>
        Parse(Apply(EtcdCodec.Encode(kind, message.ToByteArray())), out response);

    /// <summary>Puts a key.</summary>
    public PutResponse Put(string key, string value) => Apply<PutResponse>(
        EtcdCommandKind.Put,
        new PutRequest { Key = ByteString.CopyFromUtf8(key), Value = ByteString.CopyFromUtf8(value), PrevKv = true });

    /// <summary>Asks something.</summary>
    public EtcdError Read<T>(EtcdQueryKind kind, IMessage message, out T response)
        where T : IMessage<T>, new() =>
        Parse(Read(EtcdCodec.Encode(kind, message.ToByteArray())), out response);

    /// <summary>Reads a range, as "key=value key=value".</summary>
    public string Range(RangeRequest request)
    {
        Assert.Equal(EtcdError.None, Read<RangeResponse>(EtcdQueryKind.Range, request, out var response));
        var pairs = response.Kvs.Select(kv => $"{kv.Key.ToStringUtf8()}={kv.Value.ToStringUtf8()}");
        return $"{string.Join(' ', pairs)} of {response.Count}{(response.More ? " more" : string.Empty)}";
    }

    /// <summary>How many keys there are.</summary>
    public long Count()
    {
        var all = new RangeRequest
        {
            Key = ByteString.CopyFrom(0),
            RangeEnd = ByteString.CopyFrom(0),
            CountOnly = true,
        };
        Assert.Equal(EtcdError.None, Read<RangeResponse>(EtcdQueryKind.Range, all, out var response));
        return response.Count;
    }

    /// <summary>The hash of everything.</summary>
    public uint Hash()
    {
        Assert.Equal(EtcdError.None, Read<HashKVResponse>(EtcdQueryKind.HashKv, new HashKVRequest(), out var response));
        return response.Hash;
    }

    /// <summary>Its snapshot.</summary>
    public MemorySnapshotFile Snapshot()
    {
        var sink = new MemorySnapshotFile();
        using var writer = _machine.BeginSnapshot();
        while (writer.WriteNext(sink))
        {
            // Every part.
        }

        return sink;
    }

    /// <summary>Takes a snapshot in.</summary>
    public void Install(MemorySnapshotFile snapshot) => _machine.Install(snapshot);

    private static EtcdError Parse<T>(byte[] result, out T response)
        where T : IMessage<T>, new()
    {
        response = new T();
        var error = EtcdCodec.Decode(result, out var bytes);
        response.MergeFrom(bytes.Span);
        return error;
    }
}
