/**
 * The Avro name that a display name gives: split where a character is no letter or digit; one word stays as it is,
 * several are capitalised, the rest in lower case, and joined. `Prijs in GB£` gives `PrijsInGb`. A leading digit gets
 * an underscore, since Avro names don't start with one.
 */
export function toAvroName(name: string): string {
  const words = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  const joined = words.length === 1 ? (words[0] ?? '') : words.map(capitalise).join('');
  return /^\d/.test(joined) ? `_${joined}` : joined;
}

function capitalise(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1).toLowerCase();
}

/** `quickstart/demo-data-contract/1.0.0` gives `quickstart.DemoDataContract.v1_0_0`. */
export function defaultNamespace({ handle, name, version }: ContractName): string {
  return [toAvroName(handle), toAvroName(name), `v${version.replaceAll('.', '_')}`].join('.');
}

export interface ContractName {
  readonly handle: string;
  readonly name: string;
  readonly version: string;
}

/** Reads `handle/name/version`; undefined when it is none. */
export function parseContractRef(ref: string): ContractName | undefined {
  const [handle, name, version, ...rest] = ref.split('/');
  if (rest.length > 0 || !handle || !name || version === undefined) return undefined;
  return /^\d+\.\d+\.\d+$/.test(version) ? { handle, name, version } : undefined;
}
