import { setFlagsFromString } from 'node:v8';

/**
 * Has V8 allot everything in the young generation. Of a batch that is under way, a collection there takes parts for what
 * lasts; V8 would then allot such parts in the old generation from the start, and keep all that they refer to until the
 * next full collection: half of the decrypter's CPU time. To be called before there is anything to allot.
 */
export function allotYoung(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}
