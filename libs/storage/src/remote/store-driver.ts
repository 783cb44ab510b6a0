import type { ObjectInfo } from '../port.ts';

/**
 * How a condition or an upload ended. `exists`: another object stood there first. `unknown`: the store knows nothing of
 * it any more; an attempt whose answer was lost may have carried it out.
 */
export type Outcome = 'published' | 'exists' | 'unknown';

export interface PutRequest {
  readonly key: string;
  readonly contentType: string;
  readonly ifAbsent: boolean;
  readonly signal?: AbortSignal;
}

/** An object that goes up in parts, and shows once it is complete. */
export interface Upload {
  /** Every part but the last has the driver's `partBytes`. */
  add(bytes: Buffer, last: boolean): Promise<void>;
  complete(): Promise<Outcome>;
}

/**
 * What createRemoteStore needs of a store that is reached by network. Keys are checked already. All methods throw the
 * errors of the port and retry by themselves what is worth it.
 */
export interface StoreDriver {
  readonly partBytes: number;
  /** Whether the store is known to honour `ifAbsent`; elsewhere it is asked first, which leaves a gap between. */
  readonly ifAbsentIsHonoured: boolean;
  putWhole(request: PutRequest, bytes: Buffer): Promise<Outcome>;
  beginUpload(request: PutRequest): Promise<Upload>;
  /** Removes what uploads of the key left that did not end, and does not throw. */
  discardUploads(key: string): Promise<void>;
  get(key: string): Promise<AsyncIterable<Uint8Array>>;
  head(key: string): Promise<ObjectInfo | undefined>;
  remove(key: string): Promise<void>;
  list(prefix: string): AsyncIterable<ObjectInfo>;
  close(): void;
}
