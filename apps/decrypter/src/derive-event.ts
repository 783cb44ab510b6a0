import type { CompiledContract, EventMeta, EventRecord, FieldPath } from '@ccd/contracts';
import { compileFieldPath, isForwarded, isReadable } from '@ccd/contracts';
import type { DecrypterTask } from '@ccd/dataplane';
import type { FieldCipher } from '@ccd/privacy';
import { createBytesMask, createMask } from '@ccd/privacy';
import { FieldRewriter } from './field-rewriter.ts';

/** A derived stream, ready to take events. */
export interface DerivedStream {
  readonly topic: string;
  /** Whether the consent in the event lets it into this stream. */
  accepts(meta: Pick<EventMeta, 'consentLevels'>): boolean;
  /**
   * The event as this stream has it: the fields of its purposes decrypted, all others as they were, and then the fields
   * to mask hashed, whatever they hold.
   * @throws DecryptionError; an event that cannot be decrypted as it should must not appear at all
   */
  derive(contract: CompiledContract, event: EventRecord, cipher: FieldCipher): EventRecord;
  /** The paths of fields to mask. @throws UnknownMaskedFieldError */
  maskedPaths(contract: CompiledContract): readonly string[];
  /**
   * The same as `derive` for the texts of an event in its bytes, on these paths, of which the fields of the contract's
   * purposes and those to mask are some.
   * @throws UnknownMaskedFieldError
   */
  rewriterOf(contract: CompiledContract, paths: readonly string[]): FieldRewriter;
}

export function createDerivedStream({
  topic,
  consent,
  masking,
}: DecrypterTask['derived'][number]): DerivedStream {
  const mask = masking === undefined ? undefined : createMask(masking.seed);
  const maskBytes = masking === undefined ? undefined : createBytesMask(masking.seed);
  const compiledPaths = new WeakMap<CompiledContract, readonly FieldPath[]>();

  function pathsOf(contract: CompiledContract): readonly FieldPath[] {
    const known = compiledPaths.get(contract);
    if (known !== undefined) return known;
    const paths = (masking?.fields[contract.ref] ?? []).map((path) => {
      const compiled = compileFieldPath(contract.schema.shape, path);
      // Passing the event on with the field in clear text would be the worse answer.
      if (compiled === undefined) throw new UnknownMaskedFieldError(contract.ref, path);
      return compiled;
    });
    compiledPaths.set(contract, paths);
    return paths;
  }

  return {
    topic,
    accepts: ({ consentLevels }) => isForwarded(consent, consentLevels),
    derive(contract, event, cipher) {
      const decrypted = contract.replacePersonal(
        event,
        ({ purposeLevel }) => isReadable(consent, purposeLevel),
        (text) => cipher.decrypt(text),
      );
      if (mask === undefined) return decrypted;
      return pathsOf(contract).reduce((masked, path) => path.replaceTexts(masked, mask), decrypted);
    },
    maskedPaths: (contract) => pathsOf(contract).map(({ path }) => path),
    rewriterOf(contract, paths) {
      const readable = contract.personalFields.filter(({ purposeLevel }) =>
        isReadable(consent, purposeLevel),
      );
      const masked = pathsOf(contract).map(({ path }) => path);
      return new FieldRewriter({
        isReadable: paths.map((path) => readable.some((field) => field.path === path)),
        isMasked: paths.map((path) => masked.includes(path)),
        mask: maskBytes,
      });
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
