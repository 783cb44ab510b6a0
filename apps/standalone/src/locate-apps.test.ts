import { describe, expect, it } from '@jest/globals';
import { locateApps } from './locate-apps.ts';

describe(locateApps, () => {
  it('finds the built programs from the built one', () => {
    expect(locateApps('/clone/dist/apps/standalone/main.js')).toStrictEqual({
      folder: '/clone/dist/apps',
      engine: '/clone/dist/apps/standalone/engine-main.js',
      servers: '/clone/tools/local-servers.ts',
      clone: '/clone',
    });
  });

  it('finds the sources from the source', () => {
    expect(locateApps('/clone/apps/standalone/src/main.ts')).toStrictEqual({
      folder: '/clone/apps',
      engine: '/clone/apps/standalone/src/engine-main.ts',
      servers: '/clone/tools/local-servers.ts',
      clone: '/clone',
    });
  });
});
