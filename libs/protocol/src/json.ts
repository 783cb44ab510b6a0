import { fromBinary, fromJson, toBinary, toJson } from '@bufbuild/protobuf';
import type { DescMessage, JsonReadOptions, JsonValue, JsonWriteOptions } from '@bufbuild/protobuf';
import { protocolRegistry } from './registry.ts';

/**
 * Protobuf JSON of an encoded message: 64-bit integers as text, times in RFC 3339, fields at their default left out.
 * @param typeName full name, as in `strmprivacy.api.entities.v1.Stream`
 * @throws Error for an unknown type or bytes that are not such a message
 */
export function messageToJson(
  typeName: string,
  bytes: Uint8Array,
  options: Partial<JsonWriteOptions> = {},
): JsonValue {
  const type = messageType(typeName);
  return toJson(type, fromBinary(type, bytes), { registry: protocolRegistry(), ...options });
}

/**
 * Encodes a message given as protobuf JSON, with its fields in camelCase or as in the proto.
 * @param options unknown fields are an error unless `ignoreUnknownFields` is set
 * @throws Error that names the field, for an unknown type or field and for a value of the wrong type
 */
export function messageFromJson(
  typeName: string,
  json: JsonValue,
  options: Partial<JsonReadOptions> = {},
): Uint8Array {
  const type = messageType(typeName);
  return toBinary(type, fromJson(type, json, { registry: protocolRegistry(), ...options }));
}

function messageType(typeName: string): DescMessage {
  const type = protocolRegistry().getMessage(typeName);
  if (type === undefined) throw new Error(`the protocol has no message ${typeName}`);
  return type;
}
