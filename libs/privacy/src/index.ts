export type * from './field-cipher.ts';
