import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@ccd/reconcile';
import type { Clock } from '@ccd/reconcile';
import { AlreadyExistsError, ClusterUnavailableError, ConflictError, InvalidSpecError } from '../errors.ts';
import { alwaysLeads } from '../always-leads.ts';
import { createOneAtATime } from '../one-at-a-time.ts';
import type { Cluster, LiveWorkload, WorkloadSpec } from '../port.ts';
import { toSpecDigest } from '../spec-digest.ts';
import { assertSecretSpec, assertWorkloadSpec, includesLabels } from '../spec-rules.ts';
import { createWatchers } from '../watchers.ts';
import { openAgentFiles } from './agent-files.ts';
import { inWordsOfPort, makeFolder } from './files.ts';
import { createLastLines } from './last-lines.ts';
import type { LastLines } from './last-lines.ts';
import { launch } from './launch.ts';
import type { Program } from './launch.ts';
import { lockFolder } from './lock-folder.ts';
import { openSecretFiles } from './secret-files.ts';
import { endStrays } from './strays.ts';
import { createSupervisor } from './supervisor.ts';
import type { Supervisor } from './supervisor.ts';
import { openWorkloadFiles, runsTheSame } from './workload-files.ts';

export type Programs = Readonly<Partial<Record<WorkloadSpec['app'], Program>>>;

export interface WorkloadLog {
  readonly workload: string;
  /** `cluster` for what the cluster itself has to say about the workload. */
  readonly stream: 'stdout' | 'stderr' | 'cluster';
  /** At most 16 KiB; longer lines come in parts. */
  readonly line: string;
}

export interface LocalClusterOptions {
  readonly dataDir: string;
  readonly programs: Programs;
  /** The environment of every workload (PATH and the like). Nothing else is inherited. */
  readonly baseEnv?: Readonly<Record<string, string>>;
  /** Between SIGTERM and SIGKILL. */
  readonly graceMs?: number;
  readonly clock?: Clock;
  readonly onLog?: (entry: WorkloadLog) => void;
}

interface Workload {
  readonly uid: string;
  /** What the next process runs by. */
  readonly applied: { spec: WorkloadSpec };
  readonly supervisor: Supervisor;
  readonly said: LastLines;
}

/**
 * A cluster of one machine: workloads as child processes, everything else as files below `dataDir`, which one process
 * owns. Several agents in that process share one cluster. Workloads on disk are started again at once.
 * @throws FolderInUseError, ClusterUnavailableError
 */
export async function connectLocalCluster(options: LocalClusterOptions): Promise<Cluster> {
  const {
    dataDir,
    programs,
    baseEnv = {},
    graceMs = 10_000,
    clock = systemClock,
    onLog = () => {},
  } = options;
  const runRoot = join(dataDir, 'run');
  await inWordsOfPort(() => makeFolder(dataDir));
  const lock = lockFolder(dataDir);

  const workloads = new Map<string, Workload>();
  const watchers = createWatchers();
  const oneAtATime = createOneAtATime();
  let closed = false;

  const open = async () => {
    await endStrays(runRoot, clock);
    await rm(runRoot, { recursive: true, force: true });
    await makeFolder(runRoot);
    const secrets = await openSecretFiles(join(dataDir, 'secrets'));
    const specs = await openWorkloadFiles(join(dataDir, 'workloads'));
    const stored = await specs.load((name) => {
      onLog({
        workload: name,
        stream: 'cluster',
        line: 'its file is not a workload any more and was set aside',
      });
    });
    return { secrets, specs, stored };
  };
  const {
    secrets,
    specs,
    stored: resumed,
  } = await inWordsOfPort(open).catch((error: unknown) => {
    lock.release();
    throw error;
  });

  const programOf = ({ name, app }: WorkloadSpec): Program => {
    const program = programs[app];
    if (!program) throw new InvalidSpecError('workload', name, `no program is configured for ${app}`);
    return program;
  };

  const run = (spec: WorkloadSpec, uid: string): Workload => {
    const { name } = spec;
    const applied = { spec };
    const said = createLastLines();
    const supervisor = createSupervisor({
      clock,
      graceMs,
      onChange: watchers.notify,
      launch: (onReport) =>
        launch({
          program: programOf(applied.spec),
          spec: applied.spec,
          baseEnv,
          runFolder: join(runRoot, name),
          secretFolder: async (secret) =>
            (await secrets.find(secret)) ? secrets.dataFolder(secret) : undefined,
          onLine: (stream, line) => {
            said.add(line);
            onLog({ workload: name, stream, line });
          },
          onReport,
        }),
    });
    const workload = { uid, applied, supervisor, said };
    workloads.set(name, workload);
    return workload;
  };
  for (const { spec, uid } of resumed) run(spec, uid);

  /** As the disk has it: an edit by hand shows, and an update shows in one step. */
  const toLive = async ({ uid, applied: { spec }, supervisor }: Workload): Promise<LiveWorkload> => {
    const stored = await specs.read(spec.name);
    const [from, liveHash] = stored?.uid === uid ? [stored.spec, stored.liveHash] : [spec, 'missing'];
    const { name, labels, annotations, hash } = from;
    return {
      ...{ name, uid, labels, annotations, appliedHash: hash, liveHash },
      specDigest: toSpecDigest(from, from.files),
      status: supervisor.status(),
    };
  };
  const observed = (name: string, uid: string): Workload => {
    const workload = workloads.get(name);
    if (workload?.uid !== uid) throw new ConflictError('workload', name);
    return workload;
  };
  const assertOpen = (): void => {
    if (closed) throw new ClusterUnavailableError('the cluster was closed');
  };
  const look = <T>(work: () => Promise<T>): Promise<T> =>
    inWordsOfPort(async () => {
      assertOpen();
      return work();
    });
  const perform = <T>(name: string, work: () => Promise<T>): Promise<T> => oneAtATime(name, () => look(work));
  const secretsChanged = (): void => {
    for (const { supervisor } of workloads.values()) supervisor.retry();
    watchers.notify();
  };

  return {
    digestOf: (spec) => toSpecDigest(spec, spec.files),
    listWorkloads: (labels) =>
      look(async () => {
        const live = await Promise.all([...workloads.values()].map(toLive));
        return live.filter((workload) => includesLabels(workload.labels, labels));
      }),
    createWorkload: (spec) =>
      perform(`workload/${spec.name}`, async () => {
        assertWorkloadSpec(spec);
        programOf(spec);
        if (workloads.has(spec.name)) throw new AlreadyExistsError('workload', spec.name);
        const uid = randomUUID();
        await specs.write(spec, uid);
        assertOpen();
        watchers.notify();
        return toLive(run(spec, uid));
      }),
    updateWorkload: (spec, uid) =>
      perform(`workload/${spec.name}`, async () => {
        assertWorkloadSpec(spec);
        programOf(spec);
        const workload = observed(spec.name, uid);
        await specs.write(spec, uid);
        const same = runsTheSame(workload.applied.spec, spec);
        workload.applied.spec = spec;
        if (!same) workload.supervisor.replace();
        watchers.notify();
        return toLive(workload);
      }),
    removeWorkload: (name, uid) =>
      perform(`workload/${name}`, async () => {
        if (!workloads.has(name)) return;
        const { supervisor } = observed(name, uid);
        await supervisor.stop();
        await specs.remove(name);
        workloads.delete(name);
        await rm(join(runRoot, name), { recursive: true, force: true });
        watchers.notify();
      }),
    readLog: (name, lines) => look(async () => workloads.get(name)?.said.last(lines) ?? []),

    listSecrets: (labels) =>
      look(async () => (await secrets.list()).filter((secret) => includesLabels(secret.labels, labels))),
    createSecret: (spec) =>
      perform(`secret/${spec.name}`, async () => {
        assertSecretSpec(spec);
        if (await secrets.find(spec.name)) throw new AlreadyExistsError('secret', spec.name);
        const live = await secrets.write(spec, randomUUID());
        secretsChanged();
        return live;
      }),
    updateSecret: (spec, uid) =>
      perform(`secret/${spec.name}`, async () => {
        assertSecretSpec(spec);
        if ((await secrets.find(spec.name))?.uid !== uid) throw new ConflictError('secret', spec.name);
        const live = await secrets.write(spec, uid);
        secretsChanged();
        return live;
      }),
    removeSecret: (name, uid) =>
      perform(`secret/${name}`, async () => {
        const live = await secrets.find(name);
        if (!live) return;
        if (live.uid !== uid) throw new ConflictError('secret', name);
        await secrets.remove(name);
        watchers.notify();
      }),

    watch: watchers.add,
    agentState: (agent) => openAgentFiles(join(dataDir, 'agents'), agent),
    lead: () => alwaysLeads,
    async close() {
      if (closed) return;
      closed = true;
      watchers.clear();
      await Promise.all([...workloads.values()].map(({ supervisor }) => supervisor.stop()));
      lock.release();
    },
  };
}
