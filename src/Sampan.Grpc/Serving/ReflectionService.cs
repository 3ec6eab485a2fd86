using Google.Protobuf;
using Google.Protobuf.Reflection;
using Sampan.Grpc.Protos.ReflectionV1;
using Alpha = Sampan.Grpc.Protos.ReflectionV1Alpha;

namespace Sampan.Grpc.Serving;

/// <summary>Server reflection, v1 and v1alpha: the same messages under two package names.</summary>
internal sealed class ReflectionService
{
    private readonly Dictionary<string, FileDescriptor> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FileDescriptor> _symbols = new(StringComparer.Ordinal);
    private readonly List<string> _services = [];

    private ReflectionService(IEnumerable<ServiceDescriptor> services)
    {
        foreach (var service in services)
        {
            _services.Add(service.FullName);
            AddFile(service.File);
        }

        _services.Sort(StringComparer.Ordinal);
    }

    /// <summary>The two services; they tell of those given and of themselves.</summary>
    public static IReadOnlyList<GrpcServiceDefinition> Build(IReadOnlyList<GrpcServiceDefinition> services)
    {
        var stable = ReflectionV1Reflection.Descriptor.Services[0];
        var alpha = Alpha.ReflectionV1AlphaReflection.Descriptor.Services[0];
        var reflection = new ReflectionService([.. services.Select(service => service.Descriptor), stable, alpha]);
        return
        [
            new GrpcServiceBuilder(stable)
                .Streaming<ServerReflectionRequest, ServerReflectionResponse>(
                    "ServerReflectionInfo",
                    async (requests, responses, _) =>
                    {
                        while (await requests.ReadAsync().ConfigureAwait(false) is { } request)
                        {
                            await responses.WriteAsync(reflection.Answer(request)).ConfigureAwait(false);
                        }
                    })
                .Build(),
            new GrpcServiceBuilder(alpha)
                .Streaming<Alpha.ServerReflectionRequest, Alpha.ServerReflectionResponse>(
                    "ServerReflectionInfo",
                    async (requests, responses, _) =>
                    {
                        while (await requests.ReadAsync().ConfigureAwait(false) is { } request)
                        {
                            var stableRequest = ServerReflectionRequest.Parser.ParseFrom(request.ToByteArray());
                            var answer = reflection.Answer(stableRequest);
                            await responses
                                .WriteAsync(Alpha.ServerReflectionResponse.Parser.ParseFrom(answer.ToByteArray()))
                                .ConfigureAwait(false);
                        }
                    })
                .Build(),
        ];
    }

    private void AddFile(FileDescriptor file)
    {
        if (!_files.TryAdd(file.Name, file))
        {
            return;
        }

        foreach (var service in file.Services)
        {
            _symbols[service.FullName] = file;
            foreach (var method in service.Methods)
            {
                _symbols[method.FullName] = file;
            }
        }

        foreach (var message in file.MessageTypes)
        {
            AddMessage(message);
        }

        AddEnums(file.EnumTypes);
        foreach (var dependency in file.Dependencies)
        {
            AddFile(dependency);
        }
    }

    private void AddMessage(MessageDescriptor message)
    {
        _symbols[message.FullName] = message.File;
        foreach (var field in message.Fields.InDeclarationOrder())
        {
            _symbols[field.FullName] = message.File;
        }

        foreach (var nested in message.NestedTypes)
        {
            AddMessage(nested);
        }

        AddEnums(message.EnumTypes);
    }

    private void AddEnums(IList<EnumDescriptor> enums)
    {
        foreach (var one in enums)
        {
            _symbols[one.FullName] = one.File;
        }
    }

    private ServerReflectionResponse Answer(ServerReflectionRequest request)
    {
        var response = new ServerReflectionResponse { ValidHost = request.Host, OriginalRequest = request };
        switch (request.MessageRequestCase)
        {
            case ServerReflectionRequest.MessageRequestOneofCase.ListServices:
                response.ListServicesResponse = new ListServiceResponse();
                response.ListServicesResponse.Service.AddRange(
                    _services.Select(name => new ServiceResponse { Name = name }));
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.FileByFilename:
                Find(_files, request.FileByFilename, response);
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.FileContainingSymbol:
                Find(_symbols, request.FileContainingSymbol, response);
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.FileContainingExtension:
                SetError(response, GrpcStatusCode.NotFound, "Nothing here has extensions.");
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.AllExtensionNumbersOfType:
                FindExtensions(request.AllExtensionNumbersOfType, response);
                break;
            default:
                SetError(response, GrpcStatusCode.InvalidArgument, "The request asks for nothing that is known here.");
                break;
        }

        return response;
    }

    private void FindExtensions(string type, ServerReflectionResponse response)
    {
        if (_symbols.ContainsKey(type))
        {
            response.AllExtensionNumbersResponse = new ExtensionNumberResponse { BaseTypeName = type };
        }
        else
        {
            SetError(response, GrpcStatusCode.NotFound, $"There is no '{type}' here.");
        }
    }

    private static void Find(
        Dictionary<string, FileDescriptor> files,
        string name,
        ServerReflectionResponse response)
    {
        if (!files.TryGetValue(name, out var file))
        {
            SetError(response, GrpcStatusCode.NotFound, $"There is no '{name}' here.");
            return;
        }

        // With everything it needs: a client that asked for less would ask again for each import.
        response.FileDescriptorResponse = new FileDescriptorResponse();
        var sent = new HashSet<string>(StringComparer.Ordinal);
        Send(file, sent, response.FileDescriptorResponse);
    }

    private static void Send(FileDescriptor file, HashSet<string> sent, FileDescriptorResponse response)
    {
        if (!sent.Add(file.Name))
        {
            return;
        }

        response.FileDescriptorProto.Add(file.SerializedData);
        foreach (var dependency in file.Dependencies)
        {
            Send(dependency, sent, response);
        }
    }

    private static void SetError(ServerReflectionResponse response, GrpcStatusCode code, string message) =>
        response.ErrorResponse = new ErrorResponse { ErrorCode = (int)code, ErrorMessage = message };
}
