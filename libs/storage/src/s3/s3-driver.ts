import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { CompletedPart, S3Client } from '@aws-sdk/client-s3';
import { ObjectNotFoundError, StorageUnavailableError } from '../errors.ts';
import type { ObjectInfo } from '../port.ts';
import type { Outcome, PutRequest, StoreDriver, Upload } from '../remote/store-driver.ts';
import { fromS3, isNamed, isStatus } from './s3-errors.ts';

export interface S3DriverOptions {
  /** Ready to sign for the bucket's region. */
  readonly client: () => Promise<S3Client>;
  readonly bucket: string;
  /** Amazon's own; what is only compatible may not know conditions. */
  readonly isAmazon: boolean;
  /** From 5 MiB on, which is Amazon's rule. */
  readonly partBytes: number;
  readonly close: () => void;
}

/** S3 through its client, which retries: with answers lost, a second attempt meets what the first one did. */
export function createS3Driver({ client, bucket, isAmazon, partBytes, close }: S3DriverOptions): StoreDriver {
  const Bucket = bucket;

  /** Runs one request, with what it throws in the words of the port. */
  const ask = async <T>(key: string, request: (s3: S3Client) => Promise<T>): Promise<T> => {
    try {
      return await request(await client());
    } catch (error) {
      throw fromS3(key, error);
    }
  };

  /** A request under a condition; stores that know no conditions are asked again without. */
  const publish = (
    { key, ifAbsent }: PutRequest,
    request: (s3: S3Client, condition: { readonly IfNoneMatch?: '*' }) => Promise<unknown>,
  ): Promise<Outcome> =>
    ask<Outcome>(key, async (s3) => {
      try {
        await request(s3, ifAbsent ? { IfNoneMatch: '*' } : {});
      } catch (error) {
        if (isStatus(error, 412)) return 'exists';
        if (isNamed(error, 'NoSuchUpload')) return 'unknown';
        if (!ifAbsent || isAmazon || !isStatus(error, 501)) throw error;
        await request(s3, {});
      }
      return 'published';
    });

  const discardUploads = async (key: string): Promise<void> => {
    try {
      const s3 = await client();
      const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand({ Bucket, Prefix: key }));
      for (const { Key, UploadId } of Uploads) {
        if (Key === key) await s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
      }
    } catch {
      // Policies may forbid it, and the store may be away: a rule of the bucket then ends such uploads.
    }
  };

  const beginUpload = async (request: PutRequest): Promise<Upload> => {
    const { key, contentType, signal } = request;
    const options = signal ? { abortSignal: signal } : {};
    // A key has one writer: what others left under it is of attempts that died.
    await discardUploads(key);
    const { UploadId, $metadata: created } = await ask(key, (s3) =>
      s3.send(
        new CreateMultipartUploadCommand({
          ...{ Bucket, Key: key, ContentType: contentType, ...(isAmazon && { ChecksumAlgorithm: 'CRC32' }) },
        }),
        options,
      ),
    );
    const Parts: CompletedPart[] = [];
    return {
      async add(bytes) {
        const PartNumber = Parts.length + 1;
        const { ETag, ChecksumCRC32 } = await ask(key, (s3) =>
          s3.send(new UploadPartCommand({ Bucket, Key: key, UploadId, PartNumber, Body: bytes }), options),
        );
        Parts.push({ PartNumber, ETag, ...(ChecksumCRC32 !== undefined && { ChecksumCRC32 }) });
      },
      async complete() {
        const outcome = await publish(request, (s3, condition) =>
          s3.send(
            new CompleteMultipartUploadCommand({
              ...{ Bucket, Key: key, UploadId, MultipartUpload: { Parts }, ...condition },
            }),
            options,
          ),
        );
        // An attempt whose answer was lost began an upload that nobody knows the name of.
        if ((created.attempts ?? 1) > 1) await discardUploads(key);
        return outcome;
      },
    };
  };

  return {
    partBytes,
    ifAbsentIsHonoured: isAmazon,
    putWhole: (request, bytes) =>
      publish(request, (s3, condition) =>
        s3.send(
          new PutObjectCommand({
            ...{ Bucket, Key: request.key, ContentType: request.contentType, Body: bytes, ...condition },
          }),
          request.signal ? { abortSignal: request.signal } : {},
        ),
      ),
    beginUpload,
    discardUploads,
    get: (key) =>
      ask(key, async (s3) => {
        try {
          const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: key }));
          return Body instanceof Readable ? readBody(key, Body) : Readable.from([]);
        } catch (error) {
          if (isNamed(error, 'NoSuchKey')) throw new ObjectNotFoundError(key);
          throw error;
        }
      }),
    head: (key) =>
      ask<ObjectInfo | undefined>(key, async (s3) => {
        try {
          const { ContentLength = 0 } = await s3.send(new HeadObjectCommand({ Bucket, Key: key }));
          return { key, size: ContentLength };
        } catch (error) {
          if (isStatus(error, 404)) return undefined;
          throw error;
        }
      }),
    remove: (key) =>
      ask(key, async (s3) => {
        try {
          await s3.send(new DeleteObjectCommand({ Bucket, Key: key }));
        } catch (error) {
          if (!isNamed(error, 'NoSuchKey')) throw error;
        }
      }),
    async *list(prefix) {
      let after: string | undefined;
      do {
        const page = await ask(prefix, (s3) =>
          s3.send(
            new ListObjectsV2Command({
              ...{ Bucket, Prefix: prefix, ...(after !== undefined && { ContinuationToken: after }) },
            }),
          ),
        );
        for (const { Key, Size = 0 } of page.Contents ?? []) {
          if (Key !== undefined) yield { key: Key, size: Size };
        }
        after = page.IsTruncated === true ? page.NextContinuationToken : undefined;
        if (page.IsTruncated === true && after === undefined) {
          throw new StorageUnavailableError(
            prefix,
            'it ends a list that has more, and does not say how to go on',
          );
        }
      } while (after !== undefined);
    },
    close,
  };
}

async function* readBody(key: string, body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw fromS3(key, error);
  }
}
