import { entities } from '@ccd/protocol';
import { CliError } from '../cli-error.ts';

/** `handle/name/version` taken apart. @throws CliError */
export function toContractRef(text: string): entities.DataContractRef {
  const parts = text.split('/');
  const [handle = '', name = '', version = ''] = parts;
  if (parts.length !== 3 || parts.includes('')) {
    throw new CliError(`${JSON.stringify(text)} is not a data contract; give handle/name/version`);
  }
  return entities.DataContractRef.create({ handle, name, version });
}

export const fromContractRef = (ref: entities.DataContractRef | undefined): string =>
  ref === undefined ? '' : `${ref.handle}/${ref.name}/${ref.version}`;
