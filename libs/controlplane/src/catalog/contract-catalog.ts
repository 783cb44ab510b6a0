import { join } from 'node:path';
import type { ContractDefinition, ContractRef } from '@ccd/contracts';
import type { Clock } from '@ccd/reconcile';
import type { ControlPlane } from '../domain.ts';
import { InvalidAnswerError } from '../errors.ts';
import { askInTime } from './ask-in-time.ts';
import { readCatalogFile, writeCatalogFile } from './catalog-file.ts';
import { judgeAnswer } from './pinning.ts';
import type { HeldContract, Refusal } from './pinning.ts';
import { createRecent, entriesOf } from './recent.ts';
import type { Recent } from './recent.ts';

/** Something that a person should know and that the catalog lives with. */
export type CatalogProblem =
  /** The control plane's answer was refused; the contract as it was stays in force. */
  | { readonly kind: Refusal | 'SchemaChanged'; readonly subject: string }
  | { readonly kind: 'RefreshFailed'; readonly subject: string; readonly cause: unknown }
  /** Nothing is pinned any more; until the control plane answers, nothing is known either. */
  | {
      readonly kind: 'CacheUnreadable' | 'CacheUnwritable';
      readonly subject: string;
      readonly cause: unknown;
    };

export interface ContractCatalogOptions {
  readonly controlPlane: Pick<ControlPlane, 'contract' | 'schemaById'>;
  /** A folder of this process's own that outlives it. */
  readonly cacheDir: string;
  readonly clock: Clock;
  /** Time between two refreshes of everything that is held. @default 60 000 ms */
  readonly refreshMs?: number;
  /** How long an unknown reference or id stays unknown, and an unusable answer is not asked for again. @default 5 000 ms */
  readonly unknownForMs?: number;
  /** Longest time that one question may take. @default 5 000 ms */
  readonly askTimeoutMs?: number;
  /** Contracts, and schemas, that are held at most; the least recently used goes. @default 2 000 */
  readonly capacity?: number;
  /** Characters of all of them together, and of all schemas, likewise. @default 8,000,000 */
  readonly mostCharacters?: number;
  readonly onProblem?: (problem: CatalogProblem) => void;
}

/** Contracts and schemas for the data plane: from memory, then from disk, then from the control plane. */
export interface ContractCatalog {
  /** Reads the disk and begins to refresh at the interval. */
  start(): Promise<void>;
  /** What is held, at once; for the path of every event. */
  known(ref: ContractRef): ContractDefinition | undefined;
  /**
   * The contract, or undefined when the control plane knows no such reference.
   * @throws what the control plane throws, where the contract is not held
   */
  contract(ref: ContractRef): Promise<ContractDefinition | undefined>;
  /** The text behind a schema id, which never changes. Undefined and errors as for `contract`. */
  schemaById(schemaId: number): Promise<string | undefined>;
  /** Asks again for every contract that is held, and saves what changed. Never throws: failures are problems. */
  refresh(signal: AbortSignal): Promise<void>;
  /** Resolves when nothing runs any more and everything is saved. */
  stop(): Promise<void>;
}

const refreshesAtOnce = 4;
const unknownsHeld = 10_000;

/**
 * Creates a catalog. Delete its folder to forget what is pinned, which is how a person accepts a contract that changed
 * under the same version.
 */
export function createContractCatalog(options: ContractCatalogOptions): ContractCatalog {
  return new Catalog(options);
}

/** Near enough: what else stands in a contract is short, or as long as these. */
function charactersOf({ schema, validations, fields }: ContractDefinition): number {
  return (
    schema.definition.length +
    validations.reduce((sum, { field, regex }) => sum + field.length + regex.length, 0) +
    fields.reduce((sum, { fieldName }) => sum + fieldName.length, 0)
  );
}

interface UnusableAnswer {
  readonly since: number;
  readonly error: InvalidAnswerError;
}

class Catalog implements ContractCatalog {
  readonly #options: Required<ContractCatalogOptions>;
  readonly #path: string;
  readonly #contracts: Recent<ContractRef, HeldContract>;
  readonly #schemas: Recent<number, string>;
  /** When an unknown reference or id was asked for last. */
  readonly #unknown = createRecent<ContractRef | number, number>(unknownsHeld);
  /** Answers that could not be used, which cost as much each time as they are large. */
  readonly #unusable = createRecent<ContractRef | number, UnusableAnswer>(unknownsHeld);
  readonly #asking = new Map<ContractRef | number, Promise<unknown>>();
  readonly #stopping = new AbortController();
  #loaded: Promise<void> | undefined;
  #refreshing: Promise<void> = Promise.resolve();
  #saving: Promise<void> = Promise.resolve();
  #dirty = false;

  constructor(options: ContractCatalogOptions) {
    this.#options = {
      refreshMs: 60_000,
      unknownForMs: 5_000,
      askTimeoutMs: 5_000,
      capacity: 2_000,
      mostCharacters: 8_000_000,
      onProblem: () => {},
      ...options,
    };
    this.#path = join(options.cacheDir, 'contracts.json');
    const { capacity, mostCharacters } = this.#options;
    this.#contracts = createRecent(capacity, mostCharacters, ({ contract }) => charactersOf(contract));
    this.#schemas = createRecent(capacity, mostCharacters, (text) => text.length);
  }

  async start(): Promise<void> {
    await this.#load();
    this.#refreshing = this.#refreshForever();
  }

  known(ref: ContractRef): ContractDefinition | undefined {
    return this.#contracts.get(ref)?.contract;
  }

  async contract(ref: ContractRef): Promise<ContractDefinition | undefined> {
    await this.#load();
    const held = this.known(ref);
    if (held !== undefined || this.#isUnknown(ref)) return held;
    return this.#once(ref, async () => {
      const taken = await this.#askForContract(ref, this.#stopping.signal);
      if (taken === undefined) this.#unknown.set(ref, this.#options.clock.monotonic());
      await this.#save();
      return taken;
    });
  }

  async schemaById(schemaId: number): Promise<string | undefined> {
    await this.#load();
    const held = this.#schemas.get(schemaId);
    if (held !== undefined || this.#isUnknown(schemaId)) return held;
    return this.#once(schemaId, async () => {
      const text = await this.#ask(schemaId, (signal) =>
        this.#options.controlPlane.schemaById(schemaId, signal),
      );
      if (text === undefined) {
        this.#unknown.set(schemaId, this.#options.clock.monotonic());
        return undefined;
      }
      const learnt = this.#learnSchema(schemaId, text);
      await this.#save();
      return learnt ? text : this.#schemas.get(schemaId);
    });
  }

  async refresh(signal: AbortSignal): Promise<void> {
    await this.#load();
    const refs = entriesOf(this.#contracts).map(([ref]) => ref);
    const next = async (): Promise<void> => {
      for (let ref = refs.pop(); ref !== undefined && !signal.aborted; ref = refs.pop()) {
        await this.#refreshOne(ref, signal);
      }
    };
    await Promise.all(Array.from({ length: refreshesAtOnce }, next));
    await this.#save();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#refreshing;
    await this.#saving;
  }

  async #refreshForever(): Promise<void> {
    const { clock, refreshMs } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.refresh(signal);
      await clock.sleep(refreshMs, signal).catch(() => {});
    }
  }

  async #refreshOne(ref: ContractRef, signal: AbortSignal): Promise<void> {
    try {
      await this.#askForContract(ref, signal);
    } catch (cause) {
      if (!signal.aborted) this.#options.onProblem({ kind: 'RefreshFailed', subject: ref, cause });
    }
  }

  /** Asks, judges and holds. */
  async #askForContract(ref: ContractRef, signal: AbortSignal): Promise<ContractDefinition | undefined> {
    const question = (limited: AbortSignal) => this.#options.controlPlane.contract(ref, limited);
    const fresh = await this.#ask(ref, question, signal);
    const held = this.#contracts.peek(ref);
    if (fresh !== undefined && !this.#learnSchema(fresh.schemaId, fresh.schema.definition)) {
      if (held !== undefined) return held.contract;
      throw new InvalidAnswerError(ref, 'its schema is another one than its schema id stood for before');
    }
    const { take, refused } = judgeAnswer(held, fresh);
    if (refused !== undefined) this.#options.onProblem({ kind: refused, subject: ref });
    this.#hold(ref, held, take);
    return take?.contract;
  }

  #hold(ref: ContractRef, held: HeldContract | undefined, take: HeldContract | undefined): void {
    if (JSON.stringify(take) === JSON.stringify(held)) return;
    this.#dirty = true;
    if (take === undefined) this.#contracts.delete(ref);
    else this.#contracts.set(ref, take);
  }

  /** Whether the text may be what the id stands for. Records on the log carry the id and nothing else. */
  #learnSchema(schemaId: number, text: string): boolean {
    const known = this.#schemas.peek(schemaId);
    if (known === undefined) {
      this.#schemas.set(schemaId, text);
      this.#dirty = true;
    } else if (known !== text) {
      this.#options.onProblem({ kind: 'SchemaChanged', subject: schemaId.toString() });
      return false;
    }
    return true;
  }

  #isUnknown(subject: ContractRef | number): boolean {
    const since = this.#unknown.peek(subject);
    return since !== undefined && this.#isRecent(since);
  }

  #isRecent(since: number): boolean {
    return this.#options.clock.monotonic() - since < this.#options.unknownForMs;
  }

  async #remembering<T>(subject: ContractRef | number, question: () => Promise<T>): Promise<T> {
    try {
      return await question();
    } catch (error) {
      if (error instanceof InvalidAnswerError)
        this.#unusable.set(subject, { since: this.#options.clock.monotonic(), error });
      throw error;
    }
  }

  #ask<T>(
    subject: ContractRef | number,
    question: (signal: AbortSignal) => Promise<T>,
    parent = this.#stopping.signal,
  ): Promise<T> {
    const { clock, askTimeoutMs: ms } = this.#options;
    return askInTime({ subject: subject.toString(), clock, ms, parent }, question);
  }

  /** One question at a time about one subject; whoever asks meanwhile shares the answer. */
  #once<T>(subject: ContractRef | number, question: () => Promise<T>): Promise<T> {
    const running = this.#asking.get(subject);
    // The subject's type tells the answer's: references ask for contracts, numbers for schemas.
    if (running !== undefined) return running as Promise<T>;
    const unusable = this.#unusable.peek(subject);
    if (unusable !== undefined && this.#isRecent(unusable.since)) return Promise.reject(unusable.error);
    const asked = this.#remembering(subject, question).finally(() => this.#asking.delete(subject));
    this.#asking.set(subject, asked);
    return asked;
  }

  #load(): Promise<void> {
    this.#loaded ??= readCatalogFile(this.#path).then(
      (content) => {
        for (const held of content?.contracts ?? []) this.#contracts.set(held.contract.ref, held);
        for (const [schemaId, text] of content?.schemas ?? []) this.#schemas.set(schemaId, text);
      },
      (cause: unknown) => {
        this.#options.onProblem({ kind: 'CacheUnreadable', subject: this.#path, cause });
      },
    );
    return this.#loaded;
  }

  /** One write after the other, each with what is held by then. */
  #save(): Promise<void> {
    this.#saving = this.#saving.then(async () => {
      if (!this.#dirty) return;
      this.#dirty = false;
      try {
        await writeCatalogFile(this.#path, {
          contracts: entriesOf(this.#contracts).map(([, held]) => held),
          schemas: entriesOf(this.#schemas),
        });
      } catch (cause) {
        this.#dirty = true;
        this.#options.onProblem({ kind: 'CacheUnwritable', subject: this.#path, cause });
      }
    });
    return this.#saving;
  }
}
