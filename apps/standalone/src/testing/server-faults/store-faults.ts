import { eventually } from '@ccd/testkit';
import type { Random } from '@ccd/testkit';
import type { Asked, Spoiling, SpoilingProxy } from '@ccd/storage/testing';
import type { Fault } from './fault.ts';

const isPut = ({ method }: Asked): boolean => method === 'PUT';
/** Clients give up after four attempts. */
const most = 8;
const spoiledWithinMs = 60_000;

/** S3 fails at some of the requests with which objects are written. */
export function storeFaults(proxy: SpoilingProxy, random: Random): readonly Fault[] {
  async function spoil(how: Spoiling, times: number): Promise<void> {
    const before = proxy.asked.filter(isPut).length;
    proxy.spoil(how, isPut, times);
    await eventually(
      'requests that were spoiled',
      () => proxy.asked.filter(isPut).length >= before + times,
      spoiledWithinMs,
    );
  }
  const several = (name: string, how: Spoiling): Fault => ({
    name: `S3 ${name}`,
    times: 75,
    inject: () => spoil(how, 1 + random.below(most)),
  });
  return [
    several('answering 500', 'unavailable'),
    several('resetting', 'reset'),
    several('losing a 200', 'lost'),
    { name: 'S3 hanging', times: 10, inject: () => spoil('hang', 1) },
  ];
}
