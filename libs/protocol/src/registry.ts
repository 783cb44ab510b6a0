import { createFileRegistry, fromBinary } from '@bufbuild/protobuf';
import type { FileRegistry } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { fileDescriptorSet } from './gen/descriptors.ts';

let registry: FileRegistry | undefined;

/**
 * Descriptors of all of `protos/`, options included: message, enum, service and extension types by their full names.
 * Decoding them takes tens of milliseconds, spent at the first call.
 */
export function protocolRegistry(): FileRegistry {
  registry ??= createFileRegistry(
    fromBinary(FileDescriptorSetSchema, Buffer.from(fileDescriptorSet, 'base64')),
  );
  return registry;
}
