import { UnreadableDocumentError } from '@ccd/reconcile';
import { z } from 'zod';
import type { AgentState, Kept } from '../port.ts';

/** What is recorded of one object of ours. */
export interface InventoryEntry extends Kept {
  /** Absent: an attempt to create it was about to begin, and nothing is known of its outcome. */
  readonly uid?: string;
  /** The same of an attempt to create another in its place: what we look at may lack an object that is there. */
  readonly creating?: true;
}

/** The objects that one agent has made. One agent process writes it at a time. */
export interface Inventory {
  /** Reads what is stored: an earlier leader may have written it. @throws UnreadableDocumentError */
  refresh(): Promise<void>;
  get(id: string): InventoryEntry | undefined;
  /** Ids that begin so. */
  ids(prefix: string): readonly string[];
  /**
   * Writes down that attempts to create these are about to begin, all with one write. Until one does, `get` answers as if
   * nothing had been written: nobody has tried yet.
   */
  announce(ids: readonly string[]): Promise<void>;
  /** An attempt begins: that is durable when it resolves, which is at once where it was announced. */
  begin(id: string): Promise<void>;
  /** Takes back what was announced and has not begun; durable with the next `save`. */
  withdraw(): void;
  /** Known at once, and durable with the next `save`; undefined forgets it. */
  set(id: string, entry: InventoryEntry | undefined): void;
  /** Forgets what is not worth a write of its own: the next one has it. */
  drop(id: string): void;
  /** Writes down what is known, unless it stands there. Calls at the same time share a write. */
  save(): Promise<void>;
}

/** The document that it is: the first thing that an agent writes, before any object. */
export const inventoryDocument = 'inventory';
const schema = z.object({
  version: z.literal(1),
  objects: z.record(
    z.string(),
    z.object({
      uid: z.string().exactOptional(),
      creating: z.literal(true).exactOptional(),
      mark: z.string().exactOptional(),
      schema: z.int().exactOptional(),
    }),
  ),
});

export function createInventory(state: AgentState): Inventory {
  let entries = new Map<string, InventoryEntry>();
  /** Attempts that are about to begin, and whether that is written down. */
  const announced = new Map<string, boolean>();
  /** The text that is stored; more than one where a write failed, since it may have been carried out. */
  let stored: readonly (string | undefined)[] = [];
  /** How often something was to be remembered, and up to where it is stored. */
  let changes = 0;
  let saved = 0;
  let writing: Promise<void> | undefined;
  let queued: Promise<void> | undefined;

  const toText = (): string => {
    const objects = Object.fromEntries(entries);
    for (const id of announced.keys()) objects[id] = toIntent(entries.get(id));
    return JSON.stringify({ version: 1, objects });
  };
  const write = async (): Promise<void> => {
    await writing?.catch(() => {});
    queued = undefined;
    const upTo = changes;
    const text = toText();
    if (stored.length !== 1 || stored[0] !== text) {
      stored = [...stored.slice(-3), text];
      writing = state.save(inventoryDocument, text);
      await writing;
      stored = [text];
    }
    saved = upTo;
  };
  const save = async (): Promise<void> => {
    queued ??= write();
    await queued;
  };
  const set = (id: string, entry: InventoryEntry | undefined): void => {
    changes += 1;
    if (entry === undefined) entries.delete(id);
    else entries.set(id, entry);
  };
  const withdraw = (): void => {
    if (announced.size > 0) changes += 1;
    announced.clear();
  };

  return {
    async refresh() {
      withdraw();
      const before = changes;
      await (queued ?? writing)?.catch(() => {});
      const text = await state.load(inventoryDocument);
      // What was noted meanwhile is newer than what was read.
      if (changes !== before) return;
      // What could not be written is written now, unless another process has written since: that one knows more.
      if (saved !== changes && stored.includes(text)) {
        await save().catch(() => {});
        return;
      }
      entries = text === undefined ? new Map<string, InventoryEntry>() : parse(text);
      stored = [text];
      saved = changes;
    },
    get: (id) => entries.get(id),
    ids: (prefix) => [...entries.keys()].filter((id) => id.startsWith(prefix)),
    async announce(ids) {
      for (const id of ids) announced.set(id, false);
      changes += 1;
      try {
        await save();
      } catch (error) {
        for (const id of ids) announced.delete(id);
        throw error;
      }
      for (const id of ids) if (announced.has(id)) announced.set(id, true);
    },
    async begin(id) {
      const isWritten = announced.get(id) === true;
      announced.delete(id);
      set(id, toIntent(entries.get(id)));
      if (!isWritten) await save();
    },
    withdraw,
    set,
    drop: (id) => void entries.delete(id),
    save,
  };
}

const toIntent = (before: InventoryEntry | undefined): InventoryEntry =>
  before?.uid === undefined ? {} : { ...before, creating: true };

function parse(text: string): Map<string, InventoryEntry> {
  try {
    return new Map(Object.entries(schema.parse(JSON.parse(text)).objects));
  } catch (cause) {
    throw new UnreadableDocumentError(inventoryDocument, { cause });
  }
}
