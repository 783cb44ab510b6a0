import { describe, expect, it } from '@jest/globals';
import { relaxedSimdModule, simdModule } from '../src/gen/wasm-modules.ts';
import { disassemble } from './disassemble.ts';
import { findLeaks } from './find-leaks.ts';
import { parseWat } from './parse-wat.ts';

/** A module with one exported function, whose parameters are an address and a length. */
const leaksOf = (body: string, others = '') =>
  findLeaks(
    parseWat(`(module (memory $m 1) (global $g (mut i32) (i32.const 0)) ${others}
      (export "leaky" (func $f))
      (func $f (param $at i32) (param $length i32) (result i32)
        (local $x i32) (local $v v128)
        ${body}))`),
  ).map(({ function: name, instruction, secret }) => `${name}: ${instruction} by ${secret}`);

const loaded = '(i32.load8_u offset=3 (local.get $at))';

describe('the compiled cipher', () => {
  it.each([
    ['relaxed SIMD', relaxedSimdModule],
    ['SIMD', simdModule],
  ])('depends in time on nothing secret but whether the tag was right, with %s', (_build, module) => {
    expect(findLeaks(parseWat(disassemble(Buffer.from(module, 'base64'))))).toEqual([
      { function: 'open', instruction: 'v128.any_true', secret: 'operand' },
      { function: 'open', instruction: 'if', secret: 'condition' },
      { function: 'isTag', instruction: 'v128.any_true', secret: 'operand' },
    ]);
  });
});

describe(findLeaks, () => {
  it.each([
    ['a look-up in a table', `(i32.load8_u (i32.add (i32.const 1024) ${loaded}))`, 'i32.load8_u by address'],
    ['a vector from a table', `(local.set $v (v128.load ${loaded})) (i32.const 0)`, 'v128.load by address'],
    ['a store to a place', `(i32.store8 ${loaded} (i32.const 1)) (i32.const 0)`, 'i32.store8 by address'],
    ['an if', `(if (result i32) ${loaded} (then (i32.const 1)) (else (i32.const 2)))`, 'if by condition'],
    ['a conditional branch', `(block $b (br_if $b (i32.eqz ${loaded}))) (i32.const 0)`, 'br_if by condition'],
    ['a jump table', `(block $a (block $b (br_table $a $b ${loaded}))) (i32.const 0)`, 'br_table by index'],
    ['a choice', `(select (i32.const 1) (i32.const 2) ${loaded})`, 'select by condition'],
    ['a division', `(i32.rem_u ${loaded} (i32.const 10))`, 'i32.rem_u by operand'],
    [
      'a length to fill',
      `(memory.fill (i32.const 0) (i32.const 0) ${loaded}) (i32.const 0)`,
      'memory.fill by length',
    ],
    [
      'a place to copy from',
      `(memory.copy (i32.const 0) ${loaded} (i32.const 9)) (i32.const 0)`,
      'memory.copy by address',
    ],
    ['a lane of a vector', '(i8x16.extract_lane_u 0 (local.get $v))', 'i8x16.extract_lane_u by operand'],
  ])('finds %s that depends on what was loaded', (_what, body, leak) => {
    expect(leaksOf(body)).toEqual([`leaky: ${leak}`]);
  });

  it('follows a secret through a local, also to where it is used before it is set', () => {
    const body = `(loop $again (i32.store8 (local.get $x) (i32.const 1)) (local.set $x ${loaded})
      (br_if $again (local.get $length))) (i32.const 0)`;
    expect(leaksOf(body)).toEqual(['leaky: i32.store8 by address']);
  });

  it('follows a secret through a global', () => {
    const body = `(global.set $g ${loaded}) (i32.load (global.get $g))`;
    expect(leaksOf(body)).toEqual(['leaky: i32.load by address']);
  });

  it('follows a secret into a function and out of one', () => {
    const into = '(func $in (param $p i32) (if (local.get $p) (then (nop))))';
    expect(leaksOf(`(call $in ${loaded}) (i32.const 0)`, into)).toEqual(['$in: if by condition']);
    const out = '(func $out (param $p i32) (result i32) (return (i32.load (local.get $p))))';
    expect(leaksOf('(i32.load (call $out (local.get $at)))', out)).toEqual(['leaky: i32.load by address']);
  });

  it('follows a secret out of a block, at its end or by a branch', () => {
    expect(leaksOf(`(i32.load (block $b (result i32) ${loaded}))`)).toEqual(['leaky: i32.load by address']);
    const branch = `(i32.load (block $b (result i32) (br $b ${loaded}) (i32.const 0)))`;
    expect(leaksOf(branch)).toEqual(['leaky: i32.load by address']);
  });

  it('has nothing against addresses and branches by lengths, nor against arithmetic with secrets', () => {
    const body = `(if (i32.lt_u (local.get $length) (i32.const 16)) (then
        (i32.store (i32.add (local.get $at) (local.get $length)) (i32.xor ${loaded} (i32.const 5)))))
      (v128.store (local.get $at) (i8x16.swizzle (v128.load (local.get $at)) (local.get $v)))
      (i32.const 0)`;
    expect(leaksOf(body)).toEqual([]);
  });

  it('rather fails than passes over an instruction that it does not know', () => {
    expect(() => leaksOf('(i32.const 0) (memory.init 0 (i32.const 0))')).toThrow('memory.init');
    expect(() => leaksOf('(call_indirect (i32.const 0))')).toThrow('tables');
  });
});
