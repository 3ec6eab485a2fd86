using Sampan.Grpc.Tests.Fixture;
using Sampan.Grpc.Tests.Protos;

namespace Sampan.Grpc.Tests;

/// <summary>Purpose: a client that others wrote understands this server, and the server it.</summary>
public sealed class JavaScriptClientTests
{
    // Messages are their own bytes here; a Phrase's text is field 1, so 0a, a length, the text.
    private const string Program =
        """
        const grpc = require('@grpc/grpc-js');
        const bytes = x => x;
        const kind = (name, requestStream, responseStream) => ({
          path: '/sampan.grpc.test.Parrot/' + name, requestStream, responseStream,
          requestSerialize: bytes, requestDeserialize: bytes, responseSerialize: bytes, responseDeserialize: bytes });
        const Parrot = grpc.makeGenericClientConstructor({
          Say: kind('Say', false, false), Repeat: kind('Repeat', false, true), Collect: kind('Collect', true, false),
          Chat: kind('Chat', true, true), Forget: kind('Forget', false, false) });
        const options = { 'grpc.default_compression_algorithm': 2 };
        const plain = new Parrot(process.argv[1], grpc.credentials.createInsecure());
        const gzip = new Parrot(process.argv[1], grpc.credentials.createInsecure(), options);
        const phrase = text => Buffer.concat([Buffer.from([10, text.length]), Buffer.from(text)]);
        const unary = (client, name, request, more) => new Promise(done =>
          client[name](request, new grpc.Metadata(), more || {}, (error, answer) =>
            done(error ? error.code + ' ' + error.details : answer.subarray(2).toString())));
        const drain = call => new Promise(done => {
          const all = [];
          call.on('data', answer => all.push(answer.subarray(2).toString()));
          call.on('error', error => done(all.join() + ' ' + error.code + ' ' + error.details));
          call.on('end', () => done(all.join()));
        });
        (async () => {
          console.log('say', await unary(plain, 'Say', phrase('hello')));
          console.log('gzip', await unary(gzip, 'Say', phrase('hello')));
          console.log('forget', await unary(plain, 'Forget', phrase('x')));
          const late = await unary(plain, 'Say', phrase('wait'), { deadline: Date.now() + 300 });
          console.log('deadline', late.split(' ')[0]);
          console.log('error', await unary(plain, 'Say', phrase('fail')));
          console.log('repeat', await drain(plain.Repeat(phrase('r'))));
          const chat = plain.Chat();
          const said = drain(chat);
          ['a', 'b', 'c'].forEach(text => chat.write(phrase(text)));
          chat.end();
          console.log('chat', await said);
          await new Promise(done => {
            const collect = plain.Collect((error, answer) => {
              console.log('collect', answer.subarray(2).toString());
              done();
            });
            ['x', 'y'].forEach(text => collect.write(phrase(text)));
            collect.end();
          });
          const many = await Promise.all(Array.from({ length: 250 }, (_, i) => unary(plain, 'Say', phrase('m' + i))));
          console.log('many', many.every((text, i) => text === 'm' + i));
          plain.close();
          gzip.close();
        })();
        """;

    [JavaScriptClientFact]
    public async Task Every_kind_of_call_works()
    {
        await using var server = await ParrotServer.StartAsync(parrot => parrot
            .Unary<Phrase, Phrase>("Say", SayAsync)
            .Streaming<Phrase, Phrase>("Repeat", async (requests, responses, _) =>
            {
                var request = await requests.ReadAsync();
                await responses.WriteAsync(request!);
                await responses.WriteAsync(request!);
                throw new GrpcException(GrpcStatusCode.DataLoss, "gone ✂");
            })
            .Streaming<Phrase, Phrase>("Collect", async (requests, responses, _) =>
            {
                var all = new Phrase();
                await foreach (var request in requests.ReadAllAsync())
                {
                    all.Text += request.Text;
                }

                await responses.WriteAsync(all);
            })
            .Streaming<Phrase, Phrase>("Chat", async (requests, responses, _) =>
            {
                await foreach (var request in requests.ReadAllAsync())
                {
                    await responses.WriteAsync(request);
                }
            }));

        const string Expected =
            """
            say hello
            gzip hello
            forget 12 sampan.grpc.test.Parrot/Forget is not supported yet by this server.
            deadline 4
            error 9 100% no
            repeat r,r 15 gone ✂
            chat a,b,c
            collect xy
            many true

            """;
        Assert.Equal(Expected, await JavaScriptClient.RunAsync(Program, server.Address));
        Assert.Empty(server.Logs);
    }

    // Of a channel, and, by the option host, of one call.
    private const string AuthorityProgram =
        """
        const grpc = require('@grpc/grpc-js');
        const bytes = x => x;
        const Parrot = grpc.makeGenericClientConstructor({ Say: {
          path: '/sampan.grpc.test.Parrot/Say', requestStream: false, responseStream: false,
          requestSerialize: bytes, requestDeserialize: bytes, responseSerialize: bytes, responseDeserialize: bytes } });
        const phrase = text => Buffer.concat([Buffer.from([10, text.length]), Buffer.from(text)]);
        const say = (client, text, options) => new Promise(done =>
          client.Say(phrase(text), new grpc.Metadata(), options, (error, answer) =>
            done(error ? error.code + ' ' + error.details : answer.subarray(2).toString())));
        const authorities = ['localhost', 'http://127.0.0.1:2379', '127.0.0.1:2379,127.0.0.1:22379', 'unix:/run/x',
          'etcd-endpoints://0xc0001a2000/127.0.0.1:2379', '#initially=[http://127.0.0.1:2379]', 'user@host'];
        (async () => {
          const plain = new Parrot(process.argv[1], grpc.credentials.createInsecure());
          for (const authority of authorities) {
            const options = { 'grpc.default_authority': authority };
            const client = new Parrot(process.argv[1], grpc.credentials.createInsecure(), options);
            console.log(await say(client, 'one', {}), await say(client, 'two', {}),
              await say(plain, 'three', { host: authority }), await say(plain, 'four', {}));
            client.close();
          }
          plain.close();
        })();
        """;

    [JavaScriptClientFact]
    public async Task Any_authority_is_served()
    {
        await using var server = await ParrotServer.StartEchoAsync();
        var expected = string.Concat(Enumerable.Repeat("one two three four\n", 7));
        Assert.Equal(expected, await JavaScriptClient.RunAsync(AuthorityProgram, server.Address));
    }

    private static async ValueTask<Phrase> SayAsync(Phrase request, GrpcCall call)
    {
        switch (request.Text)
        {
            case "fail":
                throw new GrpcException(GrpcStatusCode.FailedPrecondition, "100% no");
            case "wait":
                var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                using (call.Cancellation.Register(ended.SetResult))
                {
                    await ended.Task;
                }

                call.Cancellation.ThrowIfCancellationRequested();
                break;
        }

        return request;
    }
}
