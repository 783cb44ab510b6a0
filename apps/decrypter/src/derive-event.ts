import type { CompiledContract, EventRecord, FieldPath } from '@ccd/contracts';
import { compileFieldPath, isForwarded, isReadable, readMeta } from '@ccd/contracts';
import type { DecrypterTask } from '@ccd/dataplane';
import type { FieldCipher } from '@ccd/privacy';
import { createMask } from '@ccd/privacy';

/** A derived stream, ready to take events. */
export interface DerivedStream {
  readonly topic: string;
  /** Whether the consent in the event lets it into this stream. */
  accepts(event: EventRecord): boolean;
  /**
   * The event as this stream has it: the fields of its purposes decrypted, all others as they were, and then the fields
   * to mask hashed, whatever they hold.
   * @throws DecryptionError; an event that cannot be decrypted as it should must not appear at all
   */
  derive(contract: CompiledContract, event: EventRecord, cipher: FieldCipher): EventRecord;
}

export function createDerivedStream({
  topic,
  consent,
  masking,
}: DecrypterTask['derived'][number]): DerivedStream {
  const mask = masking === undefined ? undefined : createMask(masking.seed);
  const maskedPaths = new WeakMap<CompiledContract, readonly FieldPath[]>();

  function pathsOf(contract: CompiledContract): readonly FieldPath[] {
    const known = maskedPaths.get(contract);
    if (known !== undefined) return known;
    const paths = (masking?.fields[contract.ref] ?? []).map((path) => {
      const compiled = compileFieldPath(contract.schema.shape, path);
      // Passing the event on with the field in clear text would be the worse answer.
      if (compiled === undefined) throw new UnknownMaskedFieldError(contract.ref, path);
      return compiled;
    });
    maskedPaths.set(contract, paths);
    return paths;
  }

  return {
    topic,
    accepts: (event) => isForwarded(consent, readMeta(event).consentLevels),
    derive(contract, event, cipher) {
      const decrypted = contract.replacePersonal(
        event,
        ({ purposeLevel }) => isReadable(consent, purposeLevel),
        (text) => cipher.decrypt(text),
      );
      if (mask === undefined) return decrypted;
      return pathsOf(contract).reduce((masked, path) => path.replaceTexts(masked, mask), decrypted);
    },
  };
}

/** A field that is to be masked is not in the contract's schema. */
export class UnknownMaskedFieldError extends Error {
  override readonly name = 'UnknownMaskedFieldError';
  readonly contractRef: string;
  readonly path: string;

  constructor(contractRef: string, path: string) {
    super(`the field '${path}' that is to be masked is not in contract ${contractRef}`);
    this.contractRef = contractRef;
    this.path = path;
  }
}
