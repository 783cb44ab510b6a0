import type { JsonValue } from '@bufbuild/protobuf';
import { entities } from '@ccd/protocol';
import { CliError } from '../cli-error.ts';
import { parseUserMessage, parseUserYaml } from '../files/user-message.ts';

const simpleSchemaType = 'strmprivacy.api.entities.v1.Schema.SimpleSchemaDefinition';

/**
 * A schema as a person wrote it: a Simple Schema where the text is one, the text itself otherwise, whose language the
 * server finds out.
 * @throws CliError for a Simple Schema with mistakes
 */
export function readSchema(
  content: string,
  file: string,
): Pick<entities.Schema, 'simpleSchema'> | Pick<entities.Schema, 'definition'> {
  const json = tryYaml(content, file);
  try {
    const bytes = parseUserMessage(simpleSchemaType, json, file);
    return { simpleSchema: entities.Schema_SimpleSchemaDefinition.decode(bytes) };
  } catch (error) {
    if (error instanceof CliError && !looksSimple(json)) return { definition: content };
    throw error;
  }
}

function tryYaml(content: string, file: string): JsonValue {
  try {
    return parseUserYaml(content, file);
  } catch (error) {
    if (error instanceof CliError) return null;
    throw error;
  }
}

/** Nodes are what Simple Schema has and the other languages have not: the person meant one. */
const looksSimple = (json: JsonValue): boolean =>
  json !== null && typeof json === 'object' && !Array.isArray(json) && Array.isArray(json['nodes']);
