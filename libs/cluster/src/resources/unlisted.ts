import { ClusterUnavailableError, DeniedError } from '../errors.ts';
import { sideBySide } from '../side-by-side.ts';

/** What is recorded of an object, to be looked for by its name. */
export interface Recorded {
  readonly id: string;
  readonly name: string;
  readonly uid: string;
}

/** Objects of ours that no list shows, since what lists show them by is gone. */
export interface Unlisted<Live> {
  /** Those that are there all the same. @param missing what is recorded and was not listed */
  look(missing: readonly Recorded[]): Promise<readonly Live[]>;
  /** Whether the last look could not tell. */
  isUnclear(id: string): boolean;
  /** It may be there from now on. */
  forget(id: string): void;
}

const mostLooks = 8;

/**
 * Looks once for each object that is missing, and again as long as that cannot tell. What is found is looked for at each
 * call until a list shows it.
 * @param find whatever has the name, or undefined
 */
export function createUnlisted<Live extends { readonly uid: string }>(
  find: (name: string) => Promise<Live | undefined>,
): Unlisted<Live> {
  let gone: ReadonlySet<string> = new Set();
  let unclear: ReadonlySet<string> = new Set();

  const lookFor = async ({ name, uid }: Recorded): Promise<Live | 'gone' | 'unclear'> => {
    try {
      const found = await find(name);
      return found?.uid === uid ? found : 'gone';
    } catch (error) {
      if (error instanceof ClusterUnavailableError || error instanceof DeniedError) return 'unclear';
      throw error;
    }
  };

  return {
    async look(missing) {
      const wanted = missing.filter(({ id }) => !gone.has(id));
      const answers = await sideBySide(wanted, mostLooks, lookFor);
      const idsOf = (what: 'gone' | 'unclear') =>
        wanted.flatMap(({ id }, at) => (answers[at] === what ? [id] : []));
      const still = missing.flatMap(({ id }) => (gone.has(id) ? [id] : []));
      gone = new Set([...still, ...idsOf('gone')]);
      unclear = new Set(idsOf('unclear'));
      return answers.filter((answer) => answer !== 'gone' && answer !== 'unclear');
    },
    isUnclear: (id) => unclear.has(id),
    forget(id) {
      gone = new Set([...gone].filter((each) => each !== id));
    },
  };
}
