import { perObject } from '@ccd/reconcile';
import { alwaysLeads } from '../always-leads.ts';
import { AlreadyExistsError, ClusterUnavailableError, ConflictError } from '../errors.ts';
import type { Cluster, LiveSecret, LiveWorkload, SecretSpec, WorkloadSpec, WorkloadStatus } from '../port.ts';
import { toSpecDigest } from '../spec-digest.ts';
import { assertSecretSpec, assertWorkloadSpec, includesLabels } from '../spec-rules.ts';
import { createWatchers } from '../watchers.ts';
import { createFaults } from './faults.ts';
import type { FaultOptions } from './faults.ts';

export type ClusterOperation =
  | Exclude<keyof Cluster, 'digestOf' | 'findSecret' | 'watch' | 'agentState' | 'lead' | 'close'>
  | 'load'
  | 'save'
  | 'release';

/** What a function that stands for a workload gets. */
export interface MemoryWorkload {
  readonly spec: WorkloadSpec;
  /** Reads a secret as it is now; undefined when there is none. */
  readonly secret: (name: string) => Readonly<Record<string, Uint8Array>> | undefined;
  readonly report: (status: WorkloadStatus) => void;
  /** Aborts when the workload is to stop. */
  readonly signal: AbortSignal;
}

export type MemoryProgram = (workload: MemoryWorkload) => Promise<void>;

export interface MemoryClusterOptions {
  /** Runs for each workload of the app; an app without one is `running` at once. */
  readonly programs?: Readonly<Partial<Record<WorkloadSpec['app'], MemoryProgram>>>;
}

export interface MemoryCluster extends Cluster {
  /** The next calls of an operation throw; with `lost` they take effect first. */
  readonly failNext: (operation: ClusterOperation, error: Error, options?: FaultOptions) => void;
  /** Changes a workload by hand, as with kubectl: the applied hash stays, the live one doesn't. */
  readonly editWorkload: (name: string, change: Partial<WorkloadSpec>) => void;
  readonly editSecretLabels: (name: string, labels: Readonly<Record<string, string>>) => void;
  readonly report: (name: string, status: WorkloadStatus) => void;
  /** What a workload has written. */
  readonly write: (name: string, lines: readonly string[]) => void;
  readonly specOf: (name: string) => WorkloadSpec | undefined;
  readonly secretData: (name: string) => Readonly<Record<string, Uint8Array>> | undefined;
  /** What a person writes to release deletions. */
  readonly release: (agent: string, text: string | undefined) => void;
  /** What a person writes to give objects back to an agent. */
  readonly adopt: (agent: string, text: string) => void;
  /** The same cluster after a restart of whatever used it: everything stands, the workloads run anew. */
  readonly reopen: () => MemoryCluster;
  /** How many calls have changed something. */
  readonly writes: () => number;
}

interface Workload {
  readonly uid: string;
  spec: WorkloadSpec;
  edited: boolean;
  status: WorkloadStatus;
  run: { readonly stop: AbortController; readonly ended: Promise<void> };
}

interface Secret {
  readonly uid: string;
  spec: SecretSpec;
}

/** Benches list ten thousand at a time. */
const digestOf = perObject((spec: WorkloadSpec) => toSpecDigest(spec, spec.files));

/** A cluster in memory. Workloads are functions, or nothing at all. */
export function createMemoryCluster({ programs = {} }: MemoryClusterOptions = {}): MemoryCluster {
  const workloads = new Map<string, Workload>();
  const secrets = new Map<string, Secret>();
  const documents = new Map<string, string>();
  const said = new Map<string, readonly string[]>();
  const releases = new Map<string, string>();
  const adoptions = new Map<string, string>();
  const watchers = createWatchers();
  const faults = createFaults<ClusterOperation>();
  let [uids, writes, closed] = [0, 0, false];

  const look = <T>(operation: ClusterOperation, work: () => T | Promise<T>): Promise<T> =>
    faults.perform(operation, () => {
      if (closed) throw new ClusterUnavailableError('the cluster was closed');
      return work();
    });
  const change = <T>(operation: ClusterOperation, work: () => T | Promise<T>): Promise<T> =>
    look(operation, async () => {
      const result = await work();
      writes += 1;
      watchers.notify();
      return result;
    });

  const setStatus = (workload: Workload, status: WorkloadStatus): void => {
    workload.status = status;
    watchers.notify();
  };
  const secretData = (name: string) => secrets.get(name)?.spec.data;
  const start = (workload: Workload): void => {
    const stop = new AbortController();
    const program = programs[workload.spec.app];
    const report = (status: WorkloadStatus): void => {
      if (!stop.signal.aborted) setStatus(workload, status);
    };
    workload.status = program ? { state: 'starting' } : { state: 'running' };
    const ended = program?.({ spec: workload.spec, secret: secretData, report, signal: stop.signal }).catch(
      () => {
        report({ state: 'failing', reason: 'Crashed', message: 'the function threw', restarts: 0 });
      },
    );
    workload.run = { stop, ended: ended ?? Promise.resolve() };
  };
  const end = async ({ run }: Workload): Promise<void> => {
    run.stop.abort();
    await run.ended;
  };

  const toLive = ({ uid, spec, edited, status }: Workload): LiveWorkload => {
    const { name, labels, annotations, hash } = spec;
    return {
      name,
      uid,
      labels,
      annotations,
      appliedHash: hash,
      liveHash: edited ? `edited-${hash}` : hash,
      specDigest: digestOf(spec),
      status,
    };
  };
  const toLiveSecret = ({ uid, spec }: Secret): LiveSecret => {
    const { name, labels, hash } = spec;
    return { name, uid, labels, appliedHash: hash };
  };
  const observed = (name: string, uid: string): Workload => {
    const workload = workloads.get(name);
    if (workload?.uid !== uid) throw new ConflictError('workload', name);
    return workload;
  };
  const nextUid = (): string => `uid-${(uids += 1)}`;

  const cluster: MemoryCluster = {
    failNext: faults.failNext,
    digestOf,
    listWorkloads: (labels) =>
      look('listWorkloads', () =>
        [...workloads.values()].filter(({ spec }) => includesLabels(spec.labels, labels)).map(toLive),
      ),
    createWorkload: (spec) =>
      change('createWorkload', () => {
        assertWorkloadSpec(spec);
        if (workloads.has(spec.name)) throw new AlreadyExistsError('workload', spec.name);
        const run = { stop: new AbortController(), ended: Promise.resolve() };
        const workload: Workload = {
          uid: nextUid(),
          spec,
          edited: false,
          status: { state: 'starting' },
          run,
        };
        workloads.set(spec.name, workload);
        start(workload);
        return toLive(workload);
      }),
    updateWorkload: (spec, uid) =>
      change('updateWorkload', async () => {
        assertWorkloadSpec(spec);
        const workload = observed(spec.name, uid);
        workload.spec = spec;
        workload.edited = false;
        await end(workload);
        start(workload);
        return toLive(workload);
      }),
    removeWorkload: (name, uid) =>
      change('removeWorkload', async () => {
        if (!workloads.has(name)) return;
        const workload = observed(name, uid);
        setStatus(workload, { state: 'stopping' });
        await end(workload);
        workloads.delete(name);
        said.delete(name);
      }),
    readLog: (name, lines) => look('readLog', () => (said.get(name) ?? []).slice(-lines)),

    listSecrets: (labels) =>
      look('listSecrets', () =>
        [...secrets.values()].filter(({ spec }) => includesLabels(spec.labels, labels)).map(toLiveSecret),
      ),
    createSecret: (spec) =>
      change('createSecret', () => {
        assertSecretSpec(spec);
        if (secrets.has(spec.name)) throw new AlreadyExistsError('secret', spec.name);
        const secret = { uid: nextUid(), spec };
        secrets.set(spec.name, secret);
        return toLiveSecret(secret);
      }),
    updateSecret: (spec, uid) =>
      change('updateSecret', () => {
        assertSecretSpec(spec);
        const secret = secrets.get(spec.name);
        if (secret?.uid !== uid) throw new ConflictError('secret', spec.name);
        secret.spec = spec;
        return toLiveSecret(secret);
      }),
    removeSecret: (name, uid) =>
      change('removeSecret', () => {
        const secret = secrets.get(name);
        if (secret && secret.uid !== uid) throw new ConflictError('secret', name);
        secrets.delete(name);
      }),

    watch: watchers.add,
    agentState: (agent) => ({
      load: (document) => look('load', () => documents.get(`${agent}/${document}`)),
      save: (document, text) => change('save', () => void documents.set(`${agent}/${document}`, text)),
      release: () => look('release', () => releases.get(agent)),
      adoption: { asked: async () => adoptions.get(agent), howTo: (text) => `adopt ${text}` },
    }),
    lead: () => alwaysLeads,
    async close() {
      closed = true;
      watchers.clear();
      await Promise.all([...workloads.values()].map(end));
    },

    editWorkload(name, edit) {
      const workload = workloads.get(name);
      if (!workload) throw new Error(`no workload ${name}`);
      workload.spec = { ...workload.spec, ...edit };
      workload.edited = true;
      watchers.notify();
    },
    editSecretLabels(name, labels) {
      const secret = secrets.get(name);
      if (!secret) throw new Error(`no secret ${name}`);
      secret.spec = { ...secret.spec, labels };
      watchers.notify();
    },
    report(name, status) {
      const workload = workloads.get(name);
      if (!workload) throw new Error(`no workload ${name}`);
      setStatus(workload, status);
    },
    write(name, lines) {
      said.set(name, [...(said.get(name) ?? []), ...lines]);
    },
    specOf: (name) => workloads.get(name)?.spec,
    secretData,
    release(agent, text) {
      if (text === undefined) releases.delete(agent);
      else releases.set(agent, text);
    },
    adopt: (agent, text) => void adoptions.set(agent, text),
    reopen() {
      closed = false;
      for (const workload of workloads.values()) start(workload);
      return cluster;
    },
    writes: () => writes,
  };
  return cluster;
}
