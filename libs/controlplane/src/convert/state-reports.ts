import { installations, monitoring } from '@ccd/protocol';
import type {
  ComponentStateReport,
  ComponentType,
  EntityStateReport,
  EntityStatus,
  ResourceType,
} from '../domain.ts';
import { version } from '../version.ts';
import { writeComponentMessage } from './component-message.ts';

const entityTypes: Record<EntityStateReport['entityType'], monitoring.EntityState_EntityType> = {
  STREAM: monitoring.EntityState_EntityType.STREAM,
  BATCH_EXPORTER: monitoring.EntityState_EntityType.BATCH_EXPORTER,
  DATA_CONNECTOR: monitoring.EntityState_EntityType.DATA_CONNECTOR,
};

const statuses: Record<EntityStatus, monitoring.EntityState_Status> = {
  HEALTHY: monitoring.EntityState_Status.HEALTHY,
  REMOVED: monitoring.EntityState_Status.REMOVED,
  PENDING: monitoring.EntityState_Status.PENDING,
  TERMINATING: monitoring.EntityState_Status.TERMINATING,
  UNHEALTHY: monitoring.EntityState_Status.UNHEALTHY,
  RESTARTING: monitoring.EntityState_Status.RESTARTING,
};

const resourceTypes: Record<ResourceType, monitoring.EntityState_ResourceType> = {
  STREAM_TOPIC: monitoring.EntityState_ResourceType.STREAM_TOPIC,
  STREAM_ENCRYPTION_KEYS_TOPIC: monitoring.EntityState_ResourceType.STREAM_ENCRYPTION_KEYS_TOPIC,
  STREAM_DECRYPTER_DEPLOYMENT: monitoring.EntityState_ResourceType.STREAM_DECRYPTER_DEPLOYMENT,
  STREAM_DECRYPTER_CONFIG_MAP: monitoring.EntityState_ResourceType.STREAM_DECRYPTER_CONFIG_MAP,
  BATCH_EXPORTER_DEPLOYMENT: monitoring.EntityState_ResourceType.BATCH_EXPORTER_DEPLOYMENT,
  BATCH_EXPORTER_SECRET: monitoring.EntityState_ResourceType.BATCH_EXPORTER_SECRET,
  DATA_CONNECTOR_SECRET: monitoring.EntityState_ResourceType.DATA_CONNECTOR_SECRET,
};

const componentTypes: Record<ComponentType, installations.InstalledComponentType> = {
  BATCH_EXPORTERS_AGENT: installations.InstalledComponentType.BATCH_EXPORTERS_AGENT,
  STREAMS_AGENT: installations.InstalledComponentType.STREAMS_AGENT,
  EVENT_GATEWAY: installations.InstalledComponentType.EVENT_GATEWAY,
  WEB_SOCKET: installations.InstalledComponentType.WEB_SOCKET,
  DATA_CONNECTORS_AGENT: installations.InstalledComponentType.DATA_CONNECTORS_AGENT,
  CONFLUENT_SCHEMA_PROXY: installations.InstalledComponentType.CONFLUENT_SCHEMA_PROXY,
};

const componentStates: Record<ComponentStateReport['state'], installations.InstalledComponentStateType> = {
  PROVISIONED: installations.InstalledComponentStateType.PROVISIONED,
  RUNNING: installations.InstalledComponentStateType.RUNNING,
  ERROR: installations.InstalledComponentStateType.ERROR,
  SHUTTING_DOWN: installations.InstalledComponentStateType.SHUTTING_DOWN,
};

export function fromEntityState(report: EntityStateReport): monitoring.EntityState {
  const { entityType, projectId, name, status, message, logs = [], resourceType, time } = report;
  return {
    stateTime: new Date(time),
    ref: { type: entityTypes[entityType], projectId, name },
    status: statuses[status],
    message,
    logs: [...logs],
    resourceType: resourceTypes[resourceType],
  };
}

/** With the version that this process is of. */
export function fromComponentState(
  installationId: string,
  { component, instanceId, state, message, time }: ComponentStateReport,
): installations.UpdateInstalledComponentStateRequest {
  return {
    componentType: componentTypes[component],
    instanceId,
    installedComponentState: {
      stateTime: new Date(time),
      stateType: componentStates[state],
      message: writeComponentMessage(version, message),
    },
    installationId,
  };
}
