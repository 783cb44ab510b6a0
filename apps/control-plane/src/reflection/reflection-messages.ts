import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';

/** What a client asks, of what grpc/reflection/v1/reflection.proto lets it ask. */
export type Question =
  | { readonly kind: 'file'; readonly name: string }
  | { readonly kind: 'symbol'; readonly name: string }
  | { readonly kind: 'services' }
  | { readonly kind: 'other' };

export type Reply =
  /** Serialised FileDescriptorProtos. */
  | { readonly kind: 'files'; readonly files: readonly Uint8Array[] }
  | { readonly kind: 'services'; readonly names: readonly string[] }
  | { readonly kind: 'error'; readonly code: number; readonly message: string };

export interface ReflectionRequest {
  readonly question: Question;
  /** As it came: the answer repeats it. */
  readonly bytes: Uint8Array;
}

export interface ReflectionResponse {
  readonly request: Uint8Array;
  readonly reply: Reply;
}

const requestFields = { fileByFilename: 3, fileContainingSymbol: 4, listServices: 7 } as const;
const responseFields = { originalRequest: 2, files: 4, services: 6, error: 7 } as const;

/** Reads a `ServerReflectionRequest`. @throws Error for bytes that are no message */
export function decodeRequest(bytes: Uint8Array): ReflectionRequest {
  const reader = new BinaryReader(bytes);
  let question: Question = { kind: 'other' };
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === requestFields.fileByFilename) question = { kind: 'file', name: reader.string() };
    else if (field === requestFields.fileContainingSymbol)
      question = { kind: 'symbol', name: reader.string() };
    else {
      if (field === requestFields.listServices) question = { kind: 'services' };
      reader.skip(wireType, field);
    }
  }
  return { question, bytes };
}

/** Writes a `ServerReflectionResponse`. */
export function encodeResponse({ request, reply }: ReflectionResponse): Buffer {
  const writer = new BinaryWriter().uint32(lengthDelimited(responseFields.originalRequest)).bytes(request);
  switch (reply.kind) {
    case 'files':
      writer.uint32(lengthDelimited(responseFields.files)).fork();
      for (const file of reply.files) writer.uint32(lengthDelimited(1)).bytes(file);
      break;
    case 'services':
      writer.uint32(lengthDelimited(responseFields.services)).fork();
      for (const name of reply.names) {
        writer.uint32(lengthDelimited(1)).fork().uint32(lengthDelimited(1)).string(name).join();
      }
      break;
    case 'error':
      writer.uint32(lengthDelimited(responseFields.error)).fork();
      writer.uint32(1 << 3).int32(reply.code);
      writer.uint32(lengthDelimited(2)).string(reply.message);
  }
  return Buffer.from(writer.join().finish());
}

const lengthDelimited = (field: number): number => (field << 3) | 2;
