import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { scratchDir } from '../../scratch-dir.ts';
import { findContainerImage } from './find-container-image.ts';

describe(findContainerImage, () => {
  const folder = scratchDir();

  it('finds none where there is no engine', () => {
    expect(findContainerImage('redis', join(folder, 'absent'))).toBeUndefined();
  });

  it('does not wait for an engine that does not answer', async () => {
    const socket = join(folder, 'docker.sock');
    const silent = createServer(() => {});
    await once(silent.listen(socket), 'listening');
    expect(findContainerImage('redis', socket)).toBeUndefined();
    silent.close();
  });
});
