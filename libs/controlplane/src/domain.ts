import type { ConsentRule, ContractDefinition, ContractRef } from '@ccd/contracts';
import type { DesiredSnapshot } from '@ccd/reconcile';

/** Which fields of which contracts to hash, and with what. */
export interface Masking {
  readonly seed: string;
  readonly fieldsByContract: ReadonlyMap<ContractRef, readonly string[]>;
}

/** A stream as the installation runs it. Source streams and their key streams share the uuid. */
export type DesiredStream = {
  /** `stream-<uuid>` or `keys-<uuid>`. */
  readonly topic: string;
  readonly uuid: string;
  readonly name: string;
  readonly projectId: string;
  readonly enabled: boolean;
} & (
  | { readonly kind: 'source'; readonly policyId: string }
  | { readonly kind: 'keys' }
  | {
      readonly kind: 'derived';
      /** Name of the source stream in the same project. */
      readonly source: string;
      readonly consent: ConsentRule;
      readonly masking?: Masking;
      readonly policyId: string;
    }
);

/** A data connector with its credentials, which go into a Secret and nowhere else. */
export interface DesiredDataConnector {
  readonly uuid: string;
  readonly name: string;
  readonly projectId: string;
  /** The `StorageLocation` (libs/storage) or JDBC location as JSON text, as it is stored in the Secret. */
  readonly location: string;
}

export interface DesiredBatchExporter {
  readonly uuid: string;
  readonly name: string;
  readonly projectId: string;
  readonly topic: string;
  readonly content: 'events' | 'keys';
  readonly streamUuid: string;
  readonly intervalMs: number;
  readonly pathPrefix: string;
  readonly includeExistingEvents: boolean;
  readonly dataConnectorUuid: string;
}

/** Keys in `removed` are `{kind: <entity kind>, id: <uuid>}`; agents map them to their resources. */
export type EntityKind = 'stream' | 'key-stream' | 'data-connector' | 'batch-exporter' | 'batch-job';

export type EntityStatus = 'HEALTHY' | 'REMOVED' | 'PENDING' | 'TERMINATING' | 'UNHEALTHY' | 'RESTARTING';

export type ResourceType =
  | 'STREAM_TOPIC'
  | 'STREAM_ENCRYPTION_KEYS_TOPIC'
  | 'STREAM_DECRYPTER_DEPLOYMENT'
  | 'STREAM_DECRYPTER_CONFIG_MAP'
  | 'BATCH_EXPORTER_DEPLOYMENT'
  | 'BATCH_EXPORTER_SECRET'
  | 'DATA_CONNECTOR_SECRET';

export interface EntityStateReport {
  readonly entityType: 'STREAM' | 'BATCH_EXPORTER' | 'DATA_CONNECTOR';
  readonly resourceType: ResourceType;
  readonly name: string;
  readonly projectId: string;
  readonly status: EntityStatus;
  /** Reason and advice; nothing personal, no secret. */
  readonly message: string;
  /** Last lines of the log of what runs, where that was switched on; the same goes for them. */
  readonly logs?: readonly string[];
  readonly time: number;
}

export type ComponentType =
  | 'BATCH_EXPORTERS_AGENT'
  | 'STREAMS_AGENT'
  | 'EVENT_GATEWAY'
  | 'WEB_SOCKET'
  | 'DATA_CONNECTORS_AGENT'
  | 'CONFLUENT_SCHEMA_PROXY';

export interface ComponentStateReport {
  readonly component: ComponentType;
  /** Host or pod name, at least 4 characters. */
  readonly instanceId: string;
  readonly state: 'PROVISIONED' | 'RUNNING' | 'ERROR' | 'SHUTTING_DOWN';
  readonly message: string;
  readonly time: number;
}

/** A stream that a token's client id stands for. */
export interface ClientStream {
  readonly clientId: string;
  readonly stream: DesiredStream;
  readonly limits?: { readonly eventRate: number; readonly eventCount: number };
}

/** A stream as reports name it. The uuid tells it from an earlier or later one of the same name. */
export interface NamedStream {
  readonly uuid: string;
  readonly name: string;
  readonly projectId: string;
}

/** Events of a stream that came since the control plane's counter was read. */
export interface UsageReport {
  readonly stream: NamedStream;
  /** At most `mostEventsOfReport`. */
  readonly events: number;
  /** The counter as it was read: where it is another one by now, the report is refused and counts for nothing. */
  readonly countedBefore: number;
  /** When the last of them was there. */
  readonly time: number;
}

/**
 * The control plane as agents and the data plane see it. Every call has a deadline and a token, retries what is safe
 * to retry, and throws ControlPlaneUnavailableError, ControlPlaneRefusedError or InvalidAnswerError.
 */
export interface ControlPlane {
  desiredStreams(signal: AbortSignal): Promise<DesiredSnapshot<DesiredStream>>;
  desiredDataConnectors(signal: AbortSignal): Promise<DesiredSnapshot<DesiredDataConnector>>;
  desiredBatchExporters(signal: AbortSignal): Promise<DesiredSnapshot<DesiredBatchExporter>>;
  /** Streams of the given client ids; ids that nobody knows are left out. */
  clientStreams(clientIds: readonly string[], signal: AbortSignal): Promise<readonly ClientStream[]>;
  /** The contract with its schema and schema id, or undefined when the reference is unknown. */
  contract(ref: ContractRef, signal: AbortSignal): Promise<ContractDefinition | undefined>;
  /** Avro text of the schema with this `confluent_id`. */
  schemaById(schemaId: number, signal: AbortSignal): Promise<string | undefined>;
  /** Days that a policy keeps keys; '' is the default policy. */
  retentionDays(policyId: string, signal: AbortSignal): Promise<number | undefined>;
  reportEntityStates(states: readonly EntityStateReport[], signal: AbortSignal): Promise<void>;
  reportComponentState(state: ComponentStateReport, signal: AbortSignal): Promise<void>;
  /** The counter of a stream's events; undefined for a stream that nobody knows. */
  countedEvents(stream: NamedStream, signal: AbortSignal): Promise<number | undefined>;
  /** Never repeated by itself: after an error the counter tells whether it counted. */
  reportUsage(report: UsageReport, signal: AbortSignal): Promise<void>;
  close(): void;
}
