import { NoAnswerError } from '../../kubernetes/client/api-error.ts';
import type { ObjectClient } from '../../kubernetes/client/object-client.ts';
import { aroundRequests } from './around-requests.ts';

export interface CutOff {
  /** So many requests are answered. */
  readonly after: number;
  /** The one that follows is carried out, and its answer lost. */
  readonly lost: boolean;
}

/** The objects as a process sees them that ends in the middle of what it does. */
export function cutOff(objects: ObjectClient, { after, lost }: CutOff): ObjectClient {
  let left = after;
  return aroundRequests(objects, async (_what, request) => {
    left -= 1;
    if (left >= 0) return request();
    if (left === -1 && lost) await request();
    throw new NoAnswerError('cut off');
  });
}
