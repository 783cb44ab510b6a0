import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { scratchDir } from '@ccd/testkit';
import { buildSync } from 'esbuild';
import { instantiateSiv } from './siv-module.ts';
import { SimdUnavailableError, findWebAssembly } from './web-assembly.ts';

const offering = (accepts: (offered: number) => boolean) => {
  const wasm = findWebAssembly();
  if (wasm === undefined) throw new Error('these tests need WebAssembly');
  let offered = 0;
  const validate = () => {
    offered += 1;
    return accepts(offered);
  };
  return { validate, Module: wasm.Module, Instance: wasm.Instance };
};

describe(instantiateSiv, () => {
  const folder = scratchDir();

  it('takes the build with relaxed SIMD where it can run', () => {
    expect(instantiateSiv().build).toBe('relaxed-simd');
  });

  it('takes the other where it cannot', () => {
    expect(instantiateSiv(offering((offered) => offered === 2)).build).toBe('simd');
  });

  it('takes nothing less than SIMD', () => {
    expect(() => instantiateSiv(offering(() => false))).toThrow(SimdUnavailableError);
  });

  it('gives every instance a memory of its own', () => {
    expect(instantiateSiv().functions.memory).not.toBe(instantiateSiv().functions.memory);
  });

  it('says in a process without WebAssembly why it cannot encrypt', () => {
    const file = join(folder, 'bundle.mjs');
    // Node needs WebAssembly itself to run TypeScript.
    buildSync({
      stdin: {
        contents: "import { createFieldCiphers } from './index.ts'; createFieldCiphers();",
        resolveDir: import.meta.dirname,
      },
      outfile: file,
      bundle: true,
      format: 'esm',
      platform: 'node',
    });
    const { status, stderr } = spawnSync(process.execPath, ['--jitless', file], { encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr).toContain(
      'SimdUnavailableError: encrypting and masking fields needs WebAssembly with SIMD',
    );
  });
});
