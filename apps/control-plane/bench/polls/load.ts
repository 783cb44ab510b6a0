import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { onOtherCore } from '@ccd/testkit/bench';
import type { Order, Outcome } from './protocol.ts';

/** Agents in a process on the other core. */
export interface Load {
  connect(order: Omit<Extract<Order, { do: 'connect' }>, 'do'>): Promise<void>;
  run(order: Exclude<Order, { do: 'connect' }>): Promise<Outcome | undefined>;
  stop(): Promise<void>;
}

interface Reply {
  readonly outcome?: Outcome;
  readonly error?: string;
}

export function startLoad(): Load {
  const [program, ...args] = onOtherCore([
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    join(import.meta.dirname, 'play-agents.ts'),
  ]);
  const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });

  async function send(order: Order): Promise<Outcome | undefined> {
    child.send(order);
    const [reply] = (await once(child, 'message')) as [Reply];
    if (reply.error !== undefined) throw new Error(`the agents failed: ${reply.error}`);
    if (reply.outcome !== undefined && reply.outcome.failed > 0) {
      throw new Error(`${reply.outcome.failed} of ${reply.outcome.polls} polls failed`);
    }
    return reply.outcome;
  }

  return {
    async connect(order) {
      await send({ do: 'connect', ...order });
    },
    run: send,
    async stop() {
      child.disconnect();
      await once(child, 'exit');
    },
  };
}
