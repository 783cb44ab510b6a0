import Negotiator from 'negotiator';

/** From the one that Confluent's registry prefers to the least. */
const offered = [
  'application/vnd.schemaregistry.v1+json',
  'application/vnd.schemaregistry+json',
  'application/json',
];

/** The content type for a client that accepts this; the first where nothing fits, as all of them are JSON. */
export function toMediaType(accept: string | undefined): string {
  const [preferred = 'application/vnd.schemaregistry.v1+json'] = new Negotiator({
    headers: { accept },
  }).mediaTypes(offered);
  return preferred;
}
