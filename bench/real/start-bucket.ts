import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { connectObjectStore } from '@ccd/storage';
import type { ObjectStore } from '@ccd/storage';
import { startOnOtherCore } from '@ccd/testkit/bench';
import { startS3 } from '@ccd/testkit/servers';

const bucket = 'bench';

/** An S3 on the core that is not measured, and a store that is a bucket of it. Closing the store stops it. @throws ServerMissingError */
export async function startBucket(): Promise<ObjectStore> {
  const server = await startOnOtherCore(() => startS3());
  const { endpoint, region, accessKeyId, secretAccessKey } = server;
  const client = new S3Client({
    ...{ endpoint, region, forcePathStyle: true },
    credentials: { accessKeyId, secretAccessKey },
  });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  client.destroy();
  const store = await connectObjectStore(
    {
      type: 's3',
      bucket,
      credentials: JSON.stringify({ url: endpoint, accessKey: accessKeyId, secretKey: secretAccessKey }),
    },
    { network: { allowedNetworks: [['127.0.0.0', 8, 'ipv4']] } },
  );
  return {
    ...store,
    async close() {
      await store.close();
      await server.stop();
    },
  };
}
