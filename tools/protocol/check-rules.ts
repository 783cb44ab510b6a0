/**
 * Compares `protos/rules.json`, to which tests hold the protos, with the table of the public protocol.
 * usage: node tools/protocol/check-rules.ts [--write]
 * --write fills in what that table says of the messages named there (`"name": {}` for a new one); then npm run format.
 * The table stands in ../shared, where the protocol is worked on.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { repositoryRoot } from './buf.ts';
import { differingMessages, toRuleTable } from './wire-rules.ts';
import type { RuleTable } from './wire-rules.ts';

const publicTable = join(repositoryRoot, '../shared/protocol/wire.json');
const ownTable = join(repositoryRoot, 'protos/rules.json');
/** What it says is compared, and not read. */
const ownTableSchema = z.record(z.string(), z.unknown());
type OwnTable = z.output<typeof ownTableSchema>;

const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));

function check(own: OwnTable, theirs: RuleTable): void {
  const differing = differingMessages(own, theirs);
  if (differing.length === 0) return;
  console.error(`protos/rules.json differs from the public protocol:\n${differing.join('\n')}`);
  process.exitCode = 1;
}

function fillIn(own: OwnTable, theirs: RuleTable): void {
  const filled = Object.keys(own).map((name) => [name, theirs[name] ?? {}]);
  writeFileSync(ownTable, JSON.stringify(Object.fromEntries(filled)));
}

if (existsSync(publicTable)) {
  const act = process.argv.includes('--write') ? fillIn : check;
  act(ownTableSchema.parse(read(ownTable)), toRuleTable(read(publicTable)));
} else {
  console.log('rules of the protocol: not compared, since ../shared/protocol is not here');
}
