import { checkVersion, parseSchemaId } from './schema-id.ts';
import { noCompatibilityOf, noModeOf, readOnly, schemaNotFound, subjectNotFound } from './registry-error.ts';
import type { RegistryError } from './registry-error.ts';
import type { RegisteredSchema, SchemaLookup } from './schema-lookup.ts';

export interface RegistryRequest {
  readonly id: string;
  readonly subject: string;
  readonly version: string;
  readonly query: URLSearchParams;
}

/** Answers JSON text. @throws RegistryError */
export type Answer = (request: RegistryRequest) => string | Promise<string>;

/** GET answers HEAD as well; methods that are left out are answered with 405. */
export interface RegistryPath {
  readonly path: string;
  readonly GET?: Answer;
  readonly POST?: Answer;
  readonly PUT?: Answer;
  readonly DELETE?: Answer;
}

/**
 * The paths below `/confluent`, as Confluent's registry has them (its docs: "Schema Registry API Reference"). The
 * registry has no subjects: in the protocol a schema belongs to a contract, and the events of a stream may have any
 * contract, so that no topic has a schema. Records name theirs by its id alone.
 */
export function registryPaths(lookup: SchemaLookup): readonly RegistryPath[] {
  const schemaOf = async ({ id }: RegistryRequest): Promise<RegisteredSchema> => {
    const schema = await lookup(parseSchemaId(id));
    if (schema === undefined) throw schemaNotFound();
    return schema;
  };
  const refuseWrite: Answer = ({ subject }) => fail(readOnly(subject === '' ? undefined : subject));
  const noSubject: Answer = ({ subject }) => fail(subjectNotFound(subject));
  const noVersion: Answer = ({ subject, version }) => {
    checkVersion(version);
    return fail(subjectNotFound(subject));
  };
  /** In no subject, as long as there is such a schema at all. */
  const inNoSubject: Answer = async (request) => {
    await schemaOf(request);
    return nothing;
  };
  const setting = (value: string, missing: (subject: string) => RegistryError): Answer => {
    return ({ subject, query }) => (query.get('defaultToGlobal') === 'true' ? value : fail(missing(subject)));
  };

  return [
    { path: '/', GET: () => '{}' },
    { path: '/contexts', GET: () => '["."]' },
    { path: '/schemas', GET: () => nothing },
    { path: '/schemas/types', GET: () => '["AVRO","JSON"]' },
    { path: '/schemas/ids/:id', GET: async (request) => toBody(await schemaOf(request)) },
    { path: '/schemas/ids/:id/schema', GET: async (request) => (await schemaOf(request)).text },
    { path: '/schemas/ids/:id/subjects', GET: inNoSubject },
    { path: '/schemas/ids/:id/versions', GET: inNoSubject },
    { path: '/subjects', GET: () => nothing },
    // POST asks whether a schema is registered, so it is a read.
    { path: '/subjects/:subject', POST: noSubject, DELETE: refuseWrite },
    { path: '/subjects/:subject/versions', GET: noSubject, POST: refuseWrite },
    { path: '/subjects/:subject/versions/:version', GET: noVersion, DELETE: refuseWrite },
    { path: '/subjects/:subject/versions/:version/schema', GET: noVersion },
    { path: '/subjects/:subject/versions/:version/referencedby', GET: noVersion },
    { path: '/compatibility/subjects/:subject/versions', POST: noSubject },
    { path: '/compatibility/subjects/:subject/versions/:version', POST: noVersion },
    { path: '/config', GET: () => compatibility, PUT: refuseWrite, DELETE: refuseWrite },
    {
      path: '/config/:subject',
      GET: setting(compatibility, noCompatibilityOf),
      PUT: refuseWrite,
      DELETE: refuseWrite,
    },
    { path: '/mode', GET: () => mode, PUT: refuseWrite },
    { path: '/mode/:subject', GET: setting(mode, noModeOf), PUT: refuseWrite, DELETE: refuseWrite },
  ];
}

const nothing = '[]';
/** Contracts do not change once they are in use, and no version has to fit the one before. */
const compatibility = '{"compatibilityLevel":"NONE"}';
const mode = '{"mode":"READONLY"}';

/** `schemaType` is left out for Avro: the first clients did not know it. */
const toBody = ({ type, text }: RegisteredSchema): string =>
  JSON.stringify(type === 'AVRO' ? { schema: text } : { schemaType: type, schema: text });

function fail(error: RegistryError): never {
  throw error;
}
