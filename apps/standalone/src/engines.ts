import { connectObjectStore } from '@ccd/storage';
import type { ObjectStore } from '@ccd/storage';
import { storageSettings, toStorageOptions } from '@ccd/dataplane';
import type { Clock } from '@ccd/reconcile';
import { loadConfig } from '@ccd/service';
import type { Environment, Logger, RunningService } from '@ccd/service';
import { z } from 'zod';

export interface EnginesRuntime {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Takes log lines of processes beside this one. */
  readonly onLine: (line: string) => void;
}

/** A bucket for what is exported. */
export interface Bucket {
  readonly name: string;
  /** The document with which a data connector of the S3 kind reaches it. */
  readonly credentials: string;
  /** For a person who wants to look into it. */
  readonly where: string;
}

/** What the apps are told of their engines; nothing else in them knows which these are. */
export interface Engines {
  /** Settings of the control plane. */
  readonly controlPlane: Environment;
  /** Settings of everything that works on events. */
  readonly dataPlane: Environment;
  readonly bucket: Bucket;
  /** Further places that a person may want to look into. */
  readonly places: readonly (readonly [what: string, where: string])[];
}

/** Engines, and what of them runs beside this process. */
export interface RunningEngines extends RunningService, Engines {}

/** The bucket, as an exporter would reach it. */
export const openBucket = ({
  bucket,
  dataPlane,
}: Pick<Engines, 'bucket' | 'dataPlane'>): Promise<ObjectStore> =>
  connectObjectStore(
    { type: 's3', bucket: bucket.name, credentials: bucket.credentials },
    toStorageOptions(loadConfig(z.object(storageSettings), dataPlane)),
  );
