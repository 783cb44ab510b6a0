import binaryen from 'assemblyscript/binaryen';

/** The text form of a compiled module, every instruction in parentheses around its operands. */
export function disassemble(binary: Uint8Array): string {
  const module = binaryen.readBinary(binary);
  const text = module.emitText();
  module.dispose();
  return text;
}
