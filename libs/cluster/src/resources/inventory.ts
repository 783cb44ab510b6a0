import { UnreadableDocumentError } from '@ccd/reconcile';
import { z } from 'zod';
import type { AgentState } from '../port.ts';

/** What is recorded of one object of ours: without `uid` the intent to create it, written before the attempt. */
export interface InventoryEntry {
  readonly uid?: string;
}

/** The objects that one agent has made. One agent process writes it at a time. */
export interface Inventory {
  /** Reads what is stored: an earlier leader may have written it. @throws UnreadableDocumentError */
  refresh(): Promise<void>;
  get(id: string): InventoryEntry | undefined;
  /** Durable when it resolves. Calls at the same time share a write. */
  note(id: string, entry: InventoryEntry): Promise<void>;
  forget(id: string): Promise<void>;
}

const document = 'inventory';
const schema = z.object({
  version: z.literal(1),
  objects: z.record(z.string(), z.object({ uid: z.string().exactOptional() })),
});

export function createInventory(state: AgentState): Inventory {
  let entries = new Map<string, InventoryEntry>();
  let changes = 0;
  let writing: Promise<void> | undefined;
  let queued: Promise<void> | undefined;

  const write = async (): Promise<void> => {
    await writing?.catch(() => {});
    queued = undefined;
    writing = state.save(document, JSON.stringify({ version: 1, objects: Object.fromEntries(entries) }));
    await writing;
  };
  const save = async (): Promise<void> => {
    changes += 1;
    queued ??= write();
    await queued;
  };

  return {
    async refresh() {
      const before = changes;
      await (queued ?? writing)?.catch(() => {});
      const text = await state.load(document);
      // What was noted meanwhile is newer than what was read.
      if (changes === before) entries = text === undefined ? new Map<string, InventoryEntry>() : parse(text);
    },
    get: (id) => entries.get(id),
    async note(id, entry) {
      entries.set(id, entry);
      await save();
    },
    async forget(id) {
      if (entries.delete(id)) await save();
    },
  };
}

function parse(text: string): Map<string, InventoryEntry> {
  try {
    return new Map(Object.entries(schema.parse(JSON.parse(text)).objects));
  } catch (cause) {
    throw new UnreadableDocumentError(document, { cause });
  }
}
