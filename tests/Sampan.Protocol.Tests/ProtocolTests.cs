using System.Text;
using Google.Protobuf.Reflection;
using Sampan.Protocol.Auth;
using Sampan.Protocol.Election;
using Sampan.Protocol.Etcd;
using Sampan.Protocol.Lock;
using Sampan.Protocol.Mvcc;

namespace Sampan.Protocol.Tests;

/// <summary>
/// Purpose: nothing of the protocol changes by accident: every service, message, field, type and number stands in
/// <c>protocol.txt</c>, which was compared with etcd's own definitions.
/// </summary>
public sealed class ProtocolTests
{
    [Fact]
    public void Every_name_and_number_is_as_written_down()
    {
        var written = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "protocol.txt"));
        Assert.Equal(written.ReplaceLineEndings("\n"), Describe());
    }

    private static string Describe()
    {
        var text = new StringBuilder();
        FileDescriptor[] files =
        [
            KvReflection.Descriptor, AuthReflection.Descriptor, RpcReflection.Descriptor, V3LockReflection.Descriptor,
            V3ElectionReflection.Descriptor,
        ];
        foreach (var file in files)
        {
            foreach (var method in file.Services.SelectMany(service => service.Methods))
            {
                var (request, response) = (Side(method.InputType, method.IsClientStreaming),
                    Side(method.OutputType, method.IsServerStreaming));
                text.Append($"{method.Service.FullName}/{method.Name}: {request} -> {response}\n");
            }

            file.EnumTypes.ToList().ForEach(type => Add(text, type));
            file.MessageTypes.ToList().ForEach(type => Add(text, type));
        }

        return text.ToString();
    }

    private static string Side(MessageDescriptor message, bool isStream) =>
        isStream ? $"stream {message.FullName}" : message.FullName;

    private static void Add(StringBuilder text, MessageDescriptor message)
    {
        var fields = message.Fields.InFieldNumberOrder().Select(field =>
            $"{(field.IsRepeated ? "repeated " : string.Empty)}{TypeOf(field)} {field.Name}={field.FieldNumber}"
            + (field.ContainingOneof is { } oneof ? $" of {oneof.Name}" : string.Empty));
        text.Append($"{message.FullName}: {string.Join(", ", fields)}\n");
        message.EnumTypes.ToList().ForEach(type => Add(text, type));
        message.NestedTypes.ToList().ForEach(type => Add(text, type));
    }

    private static void Add(StringBuilder text, EnumDescriptor type) => text.Append(
        $"{type.FullName}: {string.Join(", ", type.Values.Select(value => $"{value.Name}={value.Number}"))}\n");

    private static string TypeOf(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.Message => field.MessageType.FullName,
        FieldType.Enum => field.EnumType.FullName,
        _ => field.FieldType.ToString().ToLowerInvariant(),
    };
}
