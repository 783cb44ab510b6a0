import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '@ccd/service';
import { scratchDir } from '@ccd/testkit';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { storageSettings, toStorageOptions } from './storage-settings.ts';

const dir = scratchDir();
const load = (environment: Readonly<Record<string, string>>) =>
  toStorageOptions(loadConfig(z.object(storageSettings), environment));

describe(toStorageOptions, () => {
  it('allows nothing but the internet where nothing is set', () => {
    expect(load({})).toEqual({ network: {} });
  });

  it('reads folder, networks and authorities', () => {
    const ca = join(dir, 'ca.pem');
    writeFileSync(ca, 'PEM');
    expect(
      load({ FOLDER_ROOT: dir, STORAGE_ALLOWED_NETWORKS: '10.0.0.0/8, fd00::/8', STORAGE_CA: ca }),
    ).toEqual({
      folderRoot: dir,
      network: {
        allowedNetworks: [
          ['10.0.0.0', 8, 'ipv4'],
          ['fd00::', 8, 'ipv6'],
        ],
        ca: 'PEM',
      },
    });
  });

  it('takes no list with anything else in it', () => {
    expect(() => load({ STORAGE_ALLOWED_NETWORKS: '10.0.0.0/8,minio' })).toThrow('STORAGE_ALLOWED_NETWORKS');
  });
});
