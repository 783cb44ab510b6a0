import type { SivModule } from '../siv-module.ts';
import { instantiateSiv } from '../siv-module.ts';
import { findWebAssembly } from '../web-assembly.ts';

/** A fresh instance of the build for runtimes without relaxed SIMD, or of the other. */
export function instantiateBuild(build: SivModule['build']): SivModule {
  const wasm = findWebAssembly();
  if (wasm === undefined) throw new Error('these tests need WebAssembly');
  let offered = 0;
  const siv = instantiateSiv({
    ...{ Module: wasm.Module, Instance: wasm.Instance },
    validate: () => {
      offered += 1;
      return build === 'relaxed-simd' || offered > 1;
    },
  });
  if (siv.build !== build) throw new Error(`asked for ${build}, got ${siv.build}`);
  return siv;
}

export const builds = ['relaxed-simd', 'simd'] as const satisfies readonly SivModule['build'][];
