/** Values of the header `Strm-Serialization-Type`. */
export const serializationTypes = { avro: 'application/x-avro-binary', json: 'application/json' } as const;

/** What the header says; undefined where it is absent or says something that nobody knows: then the body tells. */
export function serializationOf(header: string | undefined): 'avro' | 'json' | undefined {
  if (header === undefined) return undefined;
  if (header === serializationTypes.avro) return 'avro';
  if (header === serializationTypes.json) return 'json';
  const mediaType = header.split(';', 1)[0]?.trim().toLowerCase();
  if (mediaType === serializationTypes.avro) return 'avro';
  return mediaType === serializationTypes.json ? 'json' : undefined;
}
