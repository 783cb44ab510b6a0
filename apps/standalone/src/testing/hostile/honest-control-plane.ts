import type { AgentList, WireReply } from '@ccd/controlplane/testing';
import { uuidOf } from '@ccd/controlplane/testing';
import { firstEntities, toItems } from './honest.ts';
import type { Entities } from './honest.ts';
import { consistent } from './lies.ts';
import type { Truth } from './lies.ts';
import { pick } from './random.ts';

/** A control plane with its users: what it says by right, and what came of it. */
export interface HonestControlPlane {
  entities(): Entities;
  /** Topics of streams that are gone: they keep their data for the grace period. */
  keptTopics(): readonly string[];
  reply(list: AgentList): WireReply;
  truth(): Truth;
  /** A user changes, adds or deletes one thing. */
  edit(): void;
}

export function createHonestControlPlane(random: () => number): HonestControlPlane {
  let entities = firstEntities;
  let [number, told, fresh] = [10n, 10n, 1_000];
  let removed: Truth['removed'] = [];
  const kept: string[] = [];

  const change = (next: Partial<Entities>): void => {
    entities = { ...entities, ...next };
    number += 1n;
  };
  const remove = (kind: string, which: number): void => {
    removed = [{ kind, id: uuidOf(which) }, ...removed].slice(0, 100);
  };

  const edits: readonly (() => void)[] = [
    () => {
      fresh += 1;
      const source = pick(entities.sources, random);
      change({
        derived: [...entities.derived, { number: fresh, source, levels: [pick([1, 2, 3], random)] }],
      });
    },
    () => {
      const { number: changed } = pick(entities.exporters, random);
      const prefix = `moved/${number}`;
      change({
        exporters: entities.exporters.map((each) => (each.number === changed ? { ...each, prefix } : each)),
      });
    },
    () => {
      const { number: changed } = pick(entities.connectors, random);
      const secret = `secret-${number}`;
      change({
        connectors: entities.connectors.map((each) => (each.number === changed ? { ...each, secret } : each)),
      });
    },
    () => {
      if (entities.derived.length < 8) return;
      const { number: gone } = pick(entities.derived, random);
      kept.push(`stream-${uuidOf(gone)} delete`);
      remove('stream', gone);
      change({ derived: entities.derived.filter((each) => each.number !== gone) });
    },
    () => {
      if (entities.exporters.length < 9) return;
      const { number: gone } = pick(entities.exporters, random);
      remove('batch-exporter', gone);
      change({ exporters: entities.exporters.filter((each) => each.number !== gone) });
    },
    () => {
      fresh += 1;
      const [source, { number: connector }] = [
        pick(entities.sources, random),
        pick(entities.connectors, random),
      ];
      change({ exporters: [...entities.exporters, { number: fresh, source, connector, prefix: 'new' }] });
    },
  ];

  return {
    entities: () => entities,
    keptTopics: () => kept,
    reply(list) {
      told = number;
      return consistent(toItems(entities), list, { number, removed });
    },
    truth: () => ({
      today: toItems(entities),
      yesterday: toItems(yesterdayOf(entities)),
      number: told,
      removed,
      nextNumber: () => (number += 1n),
      random,
    }),
    edit() {
      pick(edits, random)();
    },
  };
}

/** Another configuration of everything, and a derived stream less: whoever follows it undoes what users did. */
const yesterdayOf = ({ derived, connectors, exporters, ...rest }: Entities): Entities => ({
  ...rest,
  derived: derived.slice(1).map((each) => ({ ...each, levels: [1, 2, 3] })),
  connectors: connectors.map((each) => ({ ...each, secret: 'old' })),
  exporters: exporters.map((each) => ({ ...each, prefix: 'old' })),
});
