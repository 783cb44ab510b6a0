import { createAccountService } from './account/account-service.ts';
import { createAgentsServices } from './agents/agents-services.ts';
import { createBatchExportersService } from './batch-exporters/batch-exporters-service.ts';
import { ExporterStore } from './batch-exporters/exporter-store.ts';
import type { ServiceContext } from './context.ts';
import { ConnectorStore } from './data-connectors/connector-store.ts';
import { createCustomerEntityVersionsService } from './customer-entity-versions/customer-entity-versions-service.ts';
import type { ImageSettings } from './customer-entity-versions/customer-entity-versions-service.ts';
import { createDataConnectorsService } from './data-connectors/data-connectors-service.ts';
import { createDataContractsService } from './data-contracts/data-contracts-service.ts';
import { createInstallationsService } from './installations/installations-service.ts';
import { createInstalledComponentsService } from './installations/installed-components-service.ts';
import { createKafkaServices } from './kafka/kafka-services.ts';
import { createKeyStreamsService } from './key-streams/key-streams-service.ts';
import { createMonitoringService } from './monitoring/monitoring-service.ts';
import { createOrganizationsService } from './organizations/organizations-service.ts';
import { createPoliciesService } from './policies/policies-service.ts';
import { createProjectsService } from './projects/projects-service.ts';
import type { Implementation } from './rpc/handlers.ts';
import { createSchemasService } from './schemas/schemas-service.ts';
import { StreamStore } from './streams/stream-store.ts';
import { createStreamsService } from './streams/streams-service.ts';
import { unimplementedServices } from './unimplemented-services.ts';
import { createUsageService } from './usage/usage-service.ts';

/** Every service of the public protocol; those that no part of this control plane serves answer UNIMPLEMENTED. */
export function createServices(context: ServiceContext, images: ImageSettings): readonly Implementation[] {
  const options = {
    ...context,
    streams: new StreamStore(context.secrets),
    connectors: new ConnectorStore(context.secrets),
    exporters: new ExporterStore(),
  };
  const implemented = [
    createAccountService(options),
    ...createAgentsServices(options),
    createBatchExportersService(options),
    createCustomerEntityVersionsService(images),
    createDataConnectorsService(options),
    createDataContractsService(options),
    createInstallationsService(options),
    createInstalledComponentsService(options),
    ...createKafkaServices(options),
    createKeyStreamsService(options),
    createMonitoringService(options),
    createOrganizationsService(options),
    createPoliciesService(options),
    createProjectsService(options),
    createSchemasService(options),
    createStreamsService(options),
    createUsageService(options),
  ];
  return [...implemented, ...unimplementedServices(implemented)];
}
