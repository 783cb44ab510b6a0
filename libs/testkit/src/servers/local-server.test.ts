import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { scratchDir } from '../scratch-dir.ts';
import { cachedFolder, findLocalServer } from './local-server.ts';

function createMachine() {
  const root = scratchDir();
  const [cache, bin] = [join(root, 'cache'), join(root, 'bin')];
  mkdirSync(bin);
  return {
    places: { cache, path: [join(root, 'absent'), bin] },
    cache,
    addProgram(name: string, folder = bin): void {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, name), '');
      chmodSync(join(folder, name), 0o755);
    },
  };
}

describe(findLocalServer, () => {
  const machine = createMachine();

  it('names what is missing', () => {
    expect(findLocalServer('redis', machine.places)).toEqual({
      missing: 'Redis is not installed (redis-server)',
    });
    expect(findLocalServer('kafka', machine.places).missing).toBe(
      'Kafka is not installed (java, libs, archive)',
    );
  });

  it('finds programs in the PATH', () => {
    machine.addProgram('redis-server');
    expect(findLocalServer('redis', machine.places)).toEqual({
      found: { 'redis-server': join(machine.places.path[1] ?? '', 'redis-server') },
    });
  });

  it('finds what was installed in the cache, of the pinned version alone', () => {
    machine.addProgram('versitygw', join(machine.cache, 's3-1.0.0'));
    expect(findLocalServer('s3', machine.places).missing).toBeDefined();
    machine.addProgram('versitygw', cachedFolder('s3', machine.cache));
    expect(findLocalServer('s3', machine.places).missing).toBeUndefined();
  });

  it('does with what is in the PATH where nothing was installed', () => {
    machine.addProgram('helm');
    expect(findLocalServer('helm', machine.places).missing).toBeUndefined();
  });

  it('takes Kafka for missing until its archive of classes has been written', () => {
    machine.addProgram('java');
    mkdirSync(join(cachedFolder('kafka', machine.cache), 'libs'), { recursive: true });
    expect(findLocalServer('kafka', machine.places).missing).toBe('Kafka is not installed (archive)');
    writeFileSync(join(cachedFolder('kafka', machine.cache), 'classes.jsa'), '');
    expect(findLocalServer('kafka', machine.places).missing).toBeUndefined();
  });
});
