import { ClusterUnavailableError } from '../../errors.ts';

/** Writes end here when the lease has: what is not sent by then is not sent. */
export class WriteGateClosedError extends ClusterUnavailableError {
  constructor() {
    super('this process does not hold the lease, so that it writes nothing');
  }
}
