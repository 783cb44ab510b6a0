import { describe, expect, it } from '@jest/globals';
import { scratchDir } from '@ccd/testkit';
import { connectObjectStore } from './connect-object-store.ts';
import { EndpointRefusedError, InvalidLocationError, UnsupportedLocationError } from './errors.ts';
import type { StorageLocation } from './port.ts';
import { parseStorageLocation } from './storage-location.ts';

const dir = scratchDir();

const folder = (bucket = 'demo', url = 'file:///'): StorageLocation => ({
  type: 's3',
  bucket,
  credentials: JSON.stringify({ url, accessKey: 'x', secretKey: 'x' }),
});

describe(parseStorageLocation, () => {
  it.each<StorageLocation>([
    folder(),
    { type: 's3', bucket: 'b', credentials: '{}', assumeRoleArn: 'arn:aws:iam::1:role/x' },
    { type: 'gcs', bucket: 'b', credentials: '{}' },
    {
      type: 'azure',
      accountUri: 'https://a',
      container: 'c',
      tenantId: 't',
      clientId: 'i',
      clientSecret: 's',
    },
  ])('reads what was written: %#', (location) => {
    expect(parseStorageLocation(JSON.stringify(location))).toEqual(location);
  });

  it.each([
    ['{"type":"s3","credentials":"canary",}', []],
    ['{"type":"s3","credentials":"canary"}', ['bucket']],
    [
      '{"type":"azure","clientSecret":"canary","accountUri":7}',
      ['accountUri', 'container', 'tenantId', 'clientId'],
    ],
    ['"canary"', ['the whole document']],
    ['{"type":{"canary":1}}', ['type']],
  ])('names the wrong fields of %s and none of what they hold', (json, fields) => {
    const attempt = () => parseStorageLocation(json);
    expect(attempt).toThrow(InvalidLocationError);
    expect(attempt).toThrow(
      expect.objectContaining({ fields, message: expect.not.stringContaining('canary') }),
    );
  });

  it('says that it does not know a type of another version', () => {
    expect(() => parseStorageLocation('{"type":"jdbc","uri":"canary"}')).toThrow(UnsupportedLocationError);
  });
});

describe(connectObjectStore, () => {
  it('serves the folder of the data plane for an S3-compatible location with the URL file:///', async () => {
    const store = await connectObjectStore(folder(), { folderRoot: dir });
    await store.put('a', Buffer.from('x'));
    expect(await store.head('a')).toEqual({ key: 'a', size: 1 });
  });

  it('serves no folder where none is configured', async () => {
    await expect(connectObjectStore(folder(), {})).rejects.toThrow(UnsupportedLocationError);
  });

  it.each(['file:///etc', 'file://host/', 'file:/', 'FILE:///'])(
    'lets nobody but the data plane choose a path: %s',
    async (url) => {
      await expect(connectObjectStore(folder('demo', url), { folderRoot: dir })).rejects.toThrow(
        InvalidLocationError,
      );
    },
  );

  it.each(['http://127.0.0.1:9/', 'https://169.254.169.254/', 'https://localhost:9/'])(
    'lets a connector reach the internet and no more: %s',
    async (url) => {
      const location: StorageLocation = {
        type: 's3',
        bucket: 'b',
        credentials: JSON.stringify({ url, accessKey: 'a', secretKey: 'canary' }),
      };
      const azure: StorageLocation = {
        ...{ type: 'azure', accountUri: url, container: 'demo' },
        ...{ tenantId: 'sas', clientId: 'sas', clientSecret: 'sv=1&sig=canary' },
      };
      for (const each of [location, azure]) {
        const store = await connectObjectStore(each, {});
        await expect(store.put('a', Buffer.from('x'))).rejects.toThrow(EndpointRefusedError);
        await store.close();
      }
    },
  );

  it.each(['..', '.', '', 'a/b', '../x', 'a..b', '.hidden', 'a\0', '~', 'x'.repeat(64)])(
    'refuses the bucket %j',
    async (bucket) => {
      await expect(connectObjectStore(folder(bucket), { folderRoot: dir })).rejects.toThrow('bucket');
    },
  );

  it('names what it can serve where it cannot serve a location, without credentials', async () => {
    const document = JSON.stringify({ url: 'file:///', accessKey: 'canary', secretKey: 'canary' });
    const location: StorageLocation = { type: 's3', bucket: 'b', credentials: document };
    await expect(connectObjectStore(location, {})).rejects.toMatchObject({
      locationType: 'folder',
      supported: ['S3 and S3-compatible', 'Google Cloud Storage', 'Azure Blob Storage'],
      message: expect.not.stringContaining('canary'),
    });
  });

  it.each<StorageLocation>([
    { type: 'gcs', bucket: 'b', credentials: 'canary' },
    { type: 's3', bucket: 'b', credentials: 'canary' },
    {
      ...{ type: 'azure', accountUri: 'https://ours.blob.core.windows.net', container: 'demo' },
      ...{ tenantId: 'canary', clientId: 'i', clientSecret: 'canary' },
    },
  ])('refuses credentials that are none without quoting them: %#', async (location) => {
    const attempt = connectObjectStore(location, { folderRoot: dir });
    await expect(attempt).rejects.toThrow(InvalidLocationError);
    await expect(attempt).rejects.toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('canary') }),
    );
  });
});
