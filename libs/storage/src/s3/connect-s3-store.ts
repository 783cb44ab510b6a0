import { GetBucketLocationCommand, S3Client } from '@aws-sdk/client-s3';
import type { S3ClientConfig } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { AccessDeniedError } from '../errors.ts';
import { createGuardedAgents } from '../network/guarded-agents.ts';
import type { ObjectStore, StorageLocation } from '../port.ts';
import { createRemoteStore } from '../remote/remote-store.ts';
import type { RemoteOptions } from '../remote/remote-options.ts';
import { remoteDefaults } from '../remote/remote-options.ts';
import { parseS3Credentials } from './s3-credentials.ts';
import { createS3Driver } from './s3-driver.ts';
import { fromS3 } from './s3-errors.ts';

/** Where Amazon is asked about a bucket whose region is not known. */
const firstRegion = 'us-east-1';

export interface S3StoreOptions extends RemoteOptions {
  /** What stands in for Amazon's own endpoints, for stores addressed by path. */
  readonly amazon?: { readonly s3: string; readonly sts: string };
}

/**
 * A bucket of Amazon S3 or of a compatible store. On Amazon its region is looked up at the first use
 * (`s3:GetBucketLocation`).
 * @throws InvalidLocationError for credentials in neither of the two forms
 */
export function connectS3Store(
  { bucket, credentials: document, assumeRoleArn }: Extract<StorageLocation, { type: 's3' }>,
  options: S3StoreOptions = {},
): ObjectStore {
  const { partBytes, attempts, attemptMs, network, amazon }: Required<RemoteOptions> & S3StoreOptions = {
    ...remoteDefaults,
    ...options,
  };
  const { accessKeyId, secretAccessKey, endpoint, pathStyle } = parseS3Credentials(document);
  const isAmazon = endpoint === undefined;
  const agents = createGuardedAgents(network);
  const requestHandler = new NodeHttpHandler({
    httpAgent: agents.http,
    httpsAgent: agents.https,
    connectionTimeout: attemptMs,
    requestTimeout: attemptMs,
    socketTimeout: attemptMs,
    throwOnRequestTimeout: true,
  });
  const user = { accessKeyId, secretAccessKey };
  const common = { requestHandler, maxAttempts: attempts, region: firstRegion };
  const stsEndpoint = endpoint ?? amazon?.sts;
  const s3Endpoint = endpoint ?? amazon?.s3;
  const sts = new STSClient({
    ...{ ...common, credentials: user, ...(stsEndpoint !== undefined && { endpoint: stsEndpoint }) },
  });
  const config: S3ClientConfig = {
    ...common,
    credentials: assumeRoleArn === undefined ? user : () => assumeRole(sts, assumeRoleArn),
    forcePathStyle: pathStyle || amazon !== undefined,
    ...(s3Endpoint !== undefined && { endpoint: s3Endpoint }),
    // Compatible stores are behind with Amazon's checksums; the signature covers a digest of every body there too.
    requestChecksumCalculation: isAmazon ? 'WHEN_SUPPORTED' : 'WHEN_REQUIRED',
    responseChecksumValidation: isAmazon ? 'WHEN_SUPPORTED' : 'WHEN_REQUIRED',
  };
  const first = new S3Client(config);
  let client: Promise<S3Client> | undefined = isAmazon ? undefined : Promise.resolve(first);

  const toRegion = async (): Promise<S3Client> => {
    const region = await regionOf(first, bucket);
    return region === firstRegion ? first : new S3Client({ ...config, region });
  };
  return createRemoteStore(
    createS3Driver({
      client: async () => {
        client ??= toRegion();
        try {
          return await client;
        } catch (error) {
          client = undefined;
          throw error;
        }
      },
      bucket,
      isAmazon,
      partBytes,
      close: () => {
        agents.destroy();
      },
    }),
  );
}

async function regionOf(client: S3Client, bucket: string): Promise<string> {
  const { LocationConstraint: region } = await client.send(new GetBucketLocationCommand({ Bucket: bucket }));
  // Amazon's names of old.
  if (region === undefined || (region as string) === '') return firstRegion;
  return region === 'EU' ? 'eu-west-1' : region;
}

/** Credentials for an hour; the client asks again before they expire. */
async function assumeRole(sts: STSClient, arn: string) {
  try {
    const { Credentials } = await sts.send(
      new AssumeRoleCommand({ RoleArn: arn, RoleSessionName: 'data-plane', DurationSeconds: 3_600 }),
    );
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = Credentials ?? {};
    if (AccessKeyId === undefined || SecretAccessKey === undefined) {
      throw new AccessDeniedError('', 'the role was given no credentials');
    }
    return {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      ...(SessionToken !== undefined && { sessionToken: SessionToken }),
      ...(Expiration !== undefined && { expiration: Expiration }),
    };
  } catch (error) {
    throw fromS3('', error);
  }
}
