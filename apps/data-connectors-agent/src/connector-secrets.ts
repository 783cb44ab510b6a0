import type { Labels, SecretReference } from '@ccd/cluster';
import type { DesiredDataConnector } from '@ccd/controlplane';
import { connectorSecretName, locationEntry } from '@ccd/dataplane';
import type { PlannedResource } from '@ccd/dataplane';
import type { Desired } from '@ccd/reconcile';

export const secretKind = 'secret';

const connectorLabel = 'ccd/data-connector';

/** The uuid of the connector that a Secret is of; empty where its label is lost. */
export const connectorOf = (labels: Labels): string => labels[connectorLabel] ?? '';

/**
 * One Secret for each data connector, with the location and the credentials to reach it. The hash of the connector is
 * keyed, so that it may stand in the open.
 */
export function planConnectorSecret({
  spec: { uuid, name, projectId, location },
  hash,
}: Desired<DesiredDataConnector>): PlannedResource<SecretReference> {
  const secretName = connectorSecretName(uuid);
  return {
    desired: {
      key: { kind: secretKind, id: secretName },
      spec: {
        name: secretName,
        labels: { [connectorLabel]: uuid },
        data: { [locationEntry]: Buffer.from(location) },
        hash,
      },
      hash,
    },
    entity: { entityType: 'DATA_CONNECTOR', resourceType: 'DATA_CONNECTOR_SECRET', name, projectId },
  };
}
