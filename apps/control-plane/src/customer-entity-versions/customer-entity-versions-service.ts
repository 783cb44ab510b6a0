import { customerEntityVersions } from '@ccd/protocol';
import type { ControlPlaneConfig } from '../config.ts';
import type { Implementation } from '../rpc/handlers.ts';
import { implement } from '../rpc/handlers.ts';

export type ImageSettings = Pick<
  ControlPlaneConfig,
  'DECRYPTER_IMAGE' | 'BATCH_EXPORTER_IMAGE' | 'BATCH_JOB_IMAGE' | 'KAFKA_EXPORTER_IMAGE'
>;

/** Images that go with this version. Shown to clients that ask; agents run what their own configuration says. */
export function createCustomerEntityVersionsService(settings: ImageSettings): Implementation {
  return implement(customerEntityVersions.CustomerEntityVersionsServiceService, {
    getBatchExporterImage: async () => toImage(settings.BATCH_EXPORTER_IMAGE),
    getDecrypterImage: async () => toImage(settings.DECRYPTER_IMAGE),
    getBatchJobRunnerImage: async () => toImage(settings.BATCH_JOB_IMAGE),
    getKafkaExporterImage: async () => ({ image: settings.KAFKA_EXPORTER_IMAGE }),
  });
}

/** The tag stands after the last colon that is not the one of a port. */
function toImage(image: string) {
  const tag = /:([^:/@]+)$/.exec(image)?.[1] ?? '';
  return { image, awsMarketplaceImage: '', imageTag: tag };
}
