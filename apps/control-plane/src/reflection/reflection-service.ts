import { toBinary } from '@bufbuild/protobuf';
import type { DescFile } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { protocolRegistry } from '@ccd/protocol';
import { GrpcError, grpcStatus } from '@ccd/service';
import type { GrpcMethod, GrpcMethods } from '@ccd/service';
import { decodeRequest, encodeResponse } from './reflection-messages.ts';
import type { Question, ReflectionRequest, Reply } from './reflection-messages.ts';

/** Tools ask for the older name first, or for it alone; the messages are the same. */
const serviceNames = ['grpc.reflection.v1.ServerReflection', 'grpc.reflection.v1alpha.ServerReflection'];

/** Lets tools such as grpcurl ask the server for the public protocol. Nobody has to log in to read that. */
export function reflectionMethods(): GrpcMethods {
  const method: GrpcMethod = {
    kind: 'streaming',
    async *respond(requests) {
      for await (const request of requests) {
        const { question, bytes } = decode(request);
        yield encodeResponse({ request: bytes, reply: answer(question) });
      }
    },
  };
  return new Map(serviceNames.map((name) => [`/${name}/ServerReflectionInfo`, method]));
}

function decode(request: Buffer): ReflectionRequest {
  try {
    return decodeRequest(request);
  } catch (error) {
    throw new GrpcError(grpcStatus.INVALID_ARGUMENT, 'This is no ServerReflectionRequest', { cause: error });
  }
}

function answer(question: Question): Reply {
  const registry = protocolRegistry();
  switch (question.kind) {
    case 'services': {
      const services = [...registry].filter(({ kind }) => kind === 'service');
      return { kind: 'services', names: services.map(({ typeName }) => typeName) };
    }
    case 'file':
      return filesOf(registry.getFile(question.name), `File '${question.name}'`);
    case 'symbol':
      return filesOf(fileOf(question.name), `Symbol '${question.name}'`);
    case 'other':
      return {
        kind: 'error',
        code: grpcStatus.NOT_FOUND,
        message: 'The public protocol has no such extension',
      };
  }
}

/** The file that defines a type, or the type of which the name is a method or a field. */
function fileOf(symbol: string): DescFile | undefined {
  const owner = symbol.slice(0, Math.max(0, symbol.lastIndexOf('.')));
  return (protocolRegistry().get(symbol) ?? protocolRegistry().get(owner))?.file;
}

/** A file with all that it imports, so that one answer is enough. */
function filesOf(file: DescFile | undefined, asked: string): Reply {
  if (file === undefined) {
    return { kind: 'error', code: grpcStatus.NOT_FOUND, message: `${asked} is not in the public protocol` };
  }
  const files = new Set<DescFile>();
  const add = (each: DescFile): void => {
    if (files.has(each)) return;
    files.add(each);
    each.dependencies.forEach(add);
  };
  add(file);
  return { kind: 'files', files: [...files].map(({ proto }) => toBinary(FileDescriptorProtoSchema, proto)) };
}
