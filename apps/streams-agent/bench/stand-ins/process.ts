/**
 * Control plane, cluster and event log of the benchmark, in memory and in a process of their own, so that what they hold
 * and do is not the agent's. usage: node process.ts <sources> <socket of the log>, with a channel to the process that asks.
 */
import { createServer } from 'node:net';
import { createMemoryCluster } from '@ccd/cluster/testing';
import { startStandInServer } from '@ccd/controlplane/testing';
import { createAnswers } from './answer.ts';
import { createMemoryLog } from '@ccd/eventlog/testing';
import type { Call, Calls, Word } from './calls.ts';

const say = (word: Word): void => {
  process.send?.(word);
};

const cluster = createMemoryCluster();
const log = createMemoryLog();
const [, , sources, socketPath] = process.argv;
const { inFull, unchanged } = createAnswers(Number(sources));
const server = await startStandInServer();
let answerUnchanged = true;
server.answerWith((list) => {
  if (list === 'streams') say({ is: 'asked' });
  return answerUnchanged && server.asked(list) > 1 ? unchanged : inFull;
});
cluster.watch(() => {
  say({ is: 'changed' });
});

const calls: Calls = {
  ...cluster,
  load: (agent, document) => cluster.agentState(agent).load(document),
  save: (agent, document, text) => cluster.agentState(agent).save(document, text),
  release: (agent) => cluster.agentState(agent).release(),
  writes: async () => cluster.writes(),
  answerUnchanged: async (yes) => {
    answerUnchanged = yes;
  },
};

process.on('disconnect', () => {
  process.exit(0);
});
process.on('message', ({ id, method, args }: Call) => {
  const work = calls[method].bind(calls) as (...args: readonly unknown[]) => Promise<unknown>;
  work(...args).then(
    (value) => {
      say({ is: 'answer', id, value });
    },
    (error: unknown) => {
      say({ is: 'failure', id, message: String(error) });
    },
  );
});
createServer((socket) => {
  log.accept(socket);
}).listen(socketPath, () => {
  say({ is: 'ready', port: server.port, authUrl: server.authUrl });
});
