import { spawn } from 'node:child_process';

import type { Cluster } from '@ccd/cluster';
import { alwaysLeads, createMemoryCluster } from '@ccd/cluster/testing';
import { onOtherCore, programOfNode } from '@ccd/testkit/bench';
import type { Calls, Word } from './calls.ts';

/** Control plane, cluster and event log in another process. */
export interface StandIns {
  readonly port: number;
  readonly authUrl: string;
  readonly cluster: Cluster;
  /** Resolves when the agent has asked for its list so many times more. */
  asked(times: number): Promise<void>;
  writes(): Promise<number>;
  answerUnchanged(yes: boolean): Promise<void>;
  close(): void;
}

/** Starts them on the other core; the log listens on a socket at `socketPath`. @param script process.ts */
export async function startStandIns(script: string, sources: number, socketPath: string): Promise<StandIns> {
  const [program, ...args] = onOtherCore(programOfNode(script, [`${sources}`, socketPath]));
  const child = spawn(program, args, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  const ready = Promise.withResolvers<{ readonly port: number; readonly authUrl: string }>();
  const open = new Map<number, PromiseWithResolvers<unknown>>();
  const watchers = new Set<() => void>();
  const waiting = new Set<{ times: number; readonly resolve: () => void }>();
  let ids = 0;

  function hear(word: Word): void {
    if (word.is === 'ready') ready.resolve(word);
    else if (word.is === 'changed') for (const watcher of watchers) watcher();
    else if (word.is === 'asked') {
      for (const each of waiting) {
        each.times -= 1;
        if (each.times > 0) continue;
        waiting.delete(each);
        each.resolve();
      }
    } else {
      const call = open.get(word.id);
      open.delete(word.id);
      if (word.is === 'answer') call?.resolve(word.value);
      else call?.reject(new Error(word.message));
    }
  }

  child.on('message', hear);
  child.on('exit', (code) => {
    const error = new Error(`the stand-ins of the benchmark ended with ${String(code)}`);
    ready.reject(error);
    for (const { reject } of open.values()) reject(error);
  });

  const ask =
    <Method extends keyof Calls>(method: Method) =>
    (...given: Parameters<Calls[Method]>): ReturnType<Calls[Method]> => {
      const call = Promise.withResolvers<unknown>();
      ids += 1;
      open.set(ids, call);
      child.send({ id: ids, method, args: given });
      return call.promise as ReturnType<Calls[Method]>;
    };

  const [read, save, release] = [ask('load'), ask('save'), ask('release')];
  const { port, authUrl } = await ready.promise;
  return {
    port,
    authUrl,
    cluster: {
      digestOf: createMemoryCluster().digestOf,
      listWorkloads: ask('listWorkloads'),
      createWorkload: ask('createWorkload'),
      updateWorkload: ask('updateWorkload'),
      removeWorkload: ask('removeWorkload'),
      readLog: async () => [],
      listSecrets: ask('listSecrets'),
      createSecret: ask('createSecret'),
      updateSecret: ask('updateSecret'),
      removeSecret: ask('removeSecret'),
      watch(onChange) {
        watchers.add(onChange);
        return () => watchers.delete(onChange);
      },
      agentState: (agent) => ({
        load: (document) => read(agent, document),
        save: (document, text) => save(agent, document, text),
        release: () => release(agent),
      }),
      lead: () => alwaysLeads,
      close: async () => {},
    },
    asked: (times) =>
      new Promise((resolve) => {
        waiting.add({ times, resolve });
      }),
    writes: ask('writes'),
    answerUnchanged: ask('answerUnchanged'),
    close: () => {
      child.disconnect();
    },
  };
}
