import type { JsonValue } from '@bufbuild/protobuf';
import { messageFromJson } from '@ccd/protocol';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { CliError } from '../cli-error.ts';

/** YAML 1.2, so that `y` is a name and not a truth value; JSON is YAML too. @throws CliError */
export function parseUserYaml(content: string, file: string): JsonValue {
  const document = parseDocument(content, { version: '1.2' });
  const [problem] = document.errors;
  if (problem !== undefined) throw new CliError(`${file}: ${problem.message}`);
  const json = z.json().safeParse(document.toJS());
  if (!json.success) throw new CliError(`${file}: holds a value that JSON does not have`);
  return json.data;
}

/**
 * Encodes protobuf JSON that a person wrote; a field that the message does not have is an error.
 * @throws CliError
 */
export function parseUserMessage(type: string, json: JsonValue, file: string): Uint8Array {
  try {
    return messageFromJson(type, json);
  } catch (cause) {
    throw new CliError(`${file}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
