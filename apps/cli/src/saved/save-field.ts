import type { Answer } from '../api/api.ts';
import type { ConfigFolder } from '../config/config-folder.ts';

/** Keeps one field of an answer in `saved-entities/<message>/<name>.json`. */
export async function saveField(
  folder: ConfigFolder,
  message: string,
  name: string | undefined,
  answer: Answer<unknown>,
  field: string,
): Promise<void> {
  const json = answer.json();
  if (name === undefined || json === null || typeof json !== 'object' || Array.isArray(json)) return;
  await folder.savedEntities.save(message, name, json[field]);
}
