import { fromBinary } from '@bufbuild/protobuf';
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { createGrpcServer, grpcStatus } from '@ccd/service';
import { Client, credentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { reflectionMethods } from './reflection-service.ts';

const server = createGrpcServer({
  methods: reflectionMethods(),
  onUnforeseen: (error) => ({ code: grpcStatus.INTERNAL, message: String(error) }),
});
let client: Client;
beforeAll(async () => {
  const port = await server.listen({ host: '127.0.0.1', port: 0 });
  client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
});
afterAll(async () => {
  client.close();
  await server.close(0);
});

const asItIs = (bytes: Buffer): Buffer => bytes;
const textField = (field: number, text: string): Buffer =>
  Buffer.from(
    new BinaryWriter()
      .uint32((field << 3) | 2)
      .string(text)
      .finish(),
  );

/** The values of a message's fields that are messages, texts or bytes. */
function fieldsOf(bytes: Uint8Array): ReadonlyMap<number, readonly Uint8Array[]> {
  const reader = new BinaryReader(bytes);
  const fields = new Map<number, Uint8Array[]>();
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (type === WireType.LengthDelimited) fields.set(field, [...(fields.get(field) ?? []), reader.bytes()]);
    else reader.skip(type, field);
  }
  return fields;
}

/** Asks one after the other in one call, and resolves with the fields of each answer. */
async function ask(version: string, requests: readonly Buffer[]) {
  const path = `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`;
  const call = client.makeBidiStreamRequest(path, asItIs, asItIs);
  for (const request of requests) call.write(request);
  call.end();
  const answers: ReadonlyMap<number, readonly Uint8Array[]>[] = [];
  for await (const bytes of call) answers.push(fieldsOf(bytes as Uint8Array));
  return answers;
}

const within = (answer: ReadonlyMap<number, readonly Uint8Array[]> | undefined, field: number) =>
  fieldsOf(answer?.get(field)?.[0] ?? new Uint8Array());
const textOf = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('utf8');

describe(reflectionMethods, () => {
  it.each(['v1', 'v1alpha'])('lists the services of the public protocol to %s', async (version) => {
    const [answer] = await ask(version, [textField(7, '')]);
    const names = within(answer, 6)
      .get(1)
      ?.map((service) => textOf(fieldsOf(service).get(1)?.[0]));
    expect(names).toHaveLength(33);
    expect(names).toContain('strmprivacy.api.streams.v1.StreamsService');
  });

  it.each([
    ['a service', textField(4, 'strmprivacy.api.streams.v1.StreamsService')],
    ['a method', textField(4, 'strmprivacy.api.streams.v1.StreamsService.GetStream')],
    ['a message', textField(4, 'strmprivacy.api.streams.v1.GetStreamRequest')],
    ['a file', textField(3, 'strmprivacy/api/streams/v1/streams_v1.proto')],
  ])('describes %s with all that it needs, and repeats the question', async (_, request) => {
    const [answer] = await ask('v1', [request]);
    expect(answer?.get(2)?.map((bytes) => Buffer.from(bytes))).toEqual([request]);
    const files = (within(answer, 4).get(1) ?? []).map((bytes) =>
      fromBinary(FileDescriptorProtoSchema, bytes),
    );
    const names = files.map(({ name }) => name);
    // Tools take the first for the one that they asked for.
    expect(names[0]).toBe('strmprivacy/api/streams/v1/streams_v1.proto');
    expect(names).toEqual(expect.arrayContaining(files.flatMap(({ dependency }) => dependency)));
    expect(new Set(names).size).toBe(names.length);
  });

  it('says what it does not know, and goes on answering', async () => {
    const answers = await ask('v1', [textField(4, 'no.Such'), textField(3, 'no.proto'), textField(6, 'x')]);
    expect(answers.map((answer) => textOf(within(answer, 7).get(2)?.[0]))).toEqual([
      "Symbol 'no.Such' is not in the public protocol",
      "File 'no.proto' is not in the public protocol",
      'The public protocol has no such extension',
    ]);
  });
});
