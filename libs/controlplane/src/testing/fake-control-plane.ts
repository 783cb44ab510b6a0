import type { ContractDefinition, ContractRef } from '@ccd/contracts';
import type { Desired, DesiredSnapshot, RejectedItem, ResourceKey, Revision } from '@ccd/reconcile';
import type {
  ClientStream,
  ComponentStateReport,
  ControlPlane,
  DesiredBatchExporter,
  DesiredDataConnector,
  DesiredStream,
  EntityKind,
  EntityStateReport,
  UsageReport,
} from '../domain.ts';
import { ControlPlaneUnavailableError } from '../errors.ts';
import { hashSpec } from '../snapshot/hash-spec.ts';

/** What a test says exists. Every part may be set at any time; the next call sees it. */
export interface FakeState {
  streams: readonly DesiredStream[];
  dataConnectors: readonly DesiredDataConnector[];
  batchExporters: readonly DesiredBatchExporter[];
  clientStreams: readonly ClientStream[];
  contracts: readonly ContractDefinition[];
  /** Days by policy id; '' is the default policy. */
  retentionDays: ReadonlyMap<string, number>;
  /** undefined: a foreign control plane, which sends none. */
  revision: Revision | undefined;
  removed: readonly ResourceKey[];
  rejected: readonly RejectedItem[];
  /** Counters by the uuids of streams; a stream without one is not known. Reports add to them. */
  counted: ReadonlyMap<string, number>;
  /** Thrown by every call while it is set. */
  failure: Error | undefined;
}

export interface FakeControlPlane extends ControlPlane {
  readonly state: FakeState;
  /** Every report so far, in order. */
  readonly entityStates: readonly EntityStateReport[];
  readonly componentStates: readonly ComponentStateReport[];
  readonly usage: readonly UsageReport[];
  /** How often each method was called, failures included. */
  readonly calls: ReadonlyMap<keyof ControlPlane, number>;
  readonly closed: boolean;
}

/** A control plane in memory. It has revision `fake/1` and the default policy of 2556 days unless told otherwise. */
export function createFakeControlPlane(initial: Partial<FakeState> = {}): FakeControlPlane {
  const state: FakeState = {
    streams: [],
    dataConnectors: [],
    batchExporters: [],
    clientStreams: [],
    contracts: [],
    retentionDays: new Map([['', 2556]]),
    revision: { epoch: 'fake', number: 1n },
    removed: [],
    rejected: [],
    counted: new Map(),
    failure: undefined,
    ...initial,
  };
  const entityStates: EntityStateReport[] = [];
  const componentStates: ComponentStateReport[] = [];
  const usage: UsageReport[] = [];
  const calls = new Map<keyof ControlPlane, number>();
  let closed = false;

  async function answer<T>(method: keyof ControlPlane, signal: AbortSignal, result: () => T): Promise<T> {
    calls.set(method, (calls.get(method) ?? 0) + 1);
    signal.throwIfAborted();
    if (state.failure !== undefined) throw state.failure;
    return result();
  }

  function toFakeSnapshot<Spec extends { readonly uuid: string }>(
    specs: readonly Spec[],
    kindOf: (spec: Spec) => EntityKind,
  ): DesiredSnapshot<Spec> {
    const items = specs.map((spec): Desired<Spec> => {
      return { key: { kind: kindOf(spec), id: spec.uuid }, spec, hash: hashSpec(spec) };
    });
    const { revision, removed, rejected } = state;
    return {
      ...(revision && { revision }),
      digest: hashSpec(items),
      items,
      removed,
      ...(rejected.length > 0 && { rejected }),
    };
  }

  return {
    state,
    entityStates,
    componentStates,
    usage,
    calls,
    get closed() {
      return closed;
    },
    desiredStreams: (signal) =>
      answer('desiredStreams', signal, () =>
        toFakeSnapshot(state.streams, ({ kind }) => (kind === 'keys' ? 'key-stream' : 'stream')),
      ),
    desiredDataConnectors: (signal) =>
      answer('desiredDataConnectors', signal, () =>
        toFakeSnapshot(state.dataConnectors, () => 'data-connector'),
      ),
    desiredBatchExporters: (signal) =>
      answer('desiredBatchExporters', signal, () =>
        toFakeSnapshot(state.batchExporters, () => 'batch-exporter'),
      ),
    clientStreams: (clientIds, signal) =>
      answer('clientStreams', signal, () =>
        state.clientStreams.filter(({ clientId }) => clientIds.includes(clientId)),
      ),
    contract: (ref: ContractRef, signal) =>
      answer('contract', signal, () => state.contracts.find((contract) => contract.ref === ref)),
    schemaById: (schemaId, signal) =>
      answer(
        'schemaById',
        signal,
        () => state.contracts.find((contract) => contract.schemaId === schemaId)?.schema.definition,
      ),
    retentionDays: (policyId, signal) =>
      answer('retentionDays', signal, () => state.retentionDays.get(policyId)),
    reportEntityStates: (states, signal) =>
      answer('reportEntityStates', signal, () => {
        entityStates.push(...states);
      }),
    reportComponentState: (report, signal) =>
      answer('reportComponentState', signal, () => {
        componentStates.push(report);
      }),
    countedEvents: (stream, signal) => answer('countedEvents', signal, () => state.counted.get(stream.uuid)),
    reportUsage: (report, signal) =>
      answer('reportUsage', signal, () => {
        const { uuid } = report.stream;
        if (state.counted.get(uuid) !== report.countedBefore) {
          throw new ControlPlaneUnavailableError('reportUsage', 'ABORTED', 'the counter is another one');
        }
        usage.push(report);
        state.counted = new Map(state.counted).set(uuid, report.countedBefore + report.events);
      }),
    close() {
      closed = true;
    },
  };
}
