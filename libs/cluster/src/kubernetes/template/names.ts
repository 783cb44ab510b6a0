import { createHash } from 'node:crypto';

const longestLabel = 63;
const longestName = 253;

/** Hexadecimal digits that are the same for the same texts. */
export const digestOf = (text: string, length = 16): string =>
  createHash('sha256').update(text).digest('hex').slice(0, length);

/** A name as the value of a label: itself where it is short enough, else its beginning and a digest of it all. */
export const toLabelValue = (name: string): string => shortened(name, longestLabel);

/** So long that nobody finds other files of the same name. */
const filesDigest = 32;

/** The name of the ConfigMap that holds exactly these files for a workload. Other files make another name. */
export const toFilesName = (workload: string, files: Readonly<Record<string, string>>): string =>
  `${toFilesPrefix(workload)}${digestOf(JSON.stringify(sorted(files)), filesDigest)}`;

/** Whether files of the workload could have the name: a copy that somebody made has our labels and owner, and is not ours. */
export function isFilesName(workload: string, name: string): boolean {
  const prefix = toFilesPrefix(workload);
  const digest = name.slice(prefix.length);
  return name.startsWith(prefix) && digest.length === filesDigest && /^[0-9a-f]*$/.test(digest);
}

const toFilesPrefix = (workload: string): string => `${shortened(workload, longestName - filesDigest - 1)}-`;

export const sorted = (record: Readonly<Record<string, string>>): readonly (readonly [string, string])[] =>
  Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1));

function shortened(name: string, longest: number): string {
  if (name.length <= longest) return name;
  // A name must not end in a separator, nor have two of them in a row.
  return `${name.slice(0, longest - 17).replace(/[^a-z0-9]+$/, '')}-${digestOf(name)}`;
}
