/** Where objects go, with the credentials to get there. Never logged. */
export type StorageLocation =
  | {
      readonly type: 's3';
      readonly bucket: string;
      /** The credentials document as the user gave it (AWS or S3-compatible form). */
      readonly credentials: string;
      readonly assumeRoleArn?: string;
    }
  | { readonly type: 'gcs'; readonly bucket: string; readonly credentials: string }
  | {
      readonly type: 'azure';
      readonly accountUri: string;
      readonly container: string;
      readonly tenantId: string;
      readonly clientId: string;
      readonly clientSecret: string;
    };

export interface ObjectInfo {
  readonly key: string;
  readonly size: number;
}

/** One bucket, container or folder. Keys are relative, `/`-separated, checked by `assertObjectKey`. */
export interface ObjectStore {
  /**
   * Publishes the object whole or not at all; durable when this resolves.
   * With `ifAbsent` an object that stands there with the same bytes is success, with others ObjectExistsError.
   * @throws ObjectKeyError, AccessDeniedError, StorageUnavailableError
   */
  put(
    key: string,
    body: AsyncIterable<Uint8Array> | Uint8Array,
    options?: { readonly contentType?: string; readonly ifAbsent?: boolean; readonly signal?: AbortSignal },
  ): Promise<{ readonly size: number }>;
  /** @throws ObjectNotFoundError, ObjectKeyError, AccessDeniedError, StorageUnavailableError */
  get(key: string): Promise<AsyncIterable<Uint8Array>>;
  head(key: string): Promise<ObjectInfo | undefined>;
  /** Absent is no error. */
  remove(key: string): Promise<void>;
  /** In the order of the bytes of the keys. */
  list(prefix: string): AsyncIterable<ObjectInfo>;
  close(): Promise<void>;
}
