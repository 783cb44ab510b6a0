import type { Cluster } from '@ccd/cluster';

/** What the agent's process asks the stand-ins' process for: of the cluster, and of the stand-ins themselves. */
export interface Calls extends Omit<Cluster, 'digestOf' | 'findSecret' | 'watch' | 'agentState' | 'close'> {
  load(agent: string, document: string): Promise<string | undefined>;
  save(agent: string, document: string, text: string): Promise<void>;
  release(agent: string): Promise<string | undefined>;
  /** Calls that have changed something in the cluster. */
  writes(): Promise<number>;
  /** Whether an agent that has the answer already is told just that. */
  answerUnchanged(yes: boolean): Promise<void>;
}

export interface Call {
  readonly id: number;
  readonly method: keyof Calls;
  readonly args: readonly unknown[];
}

/** What the stand-ins' process says, in the order in which it came to pass. */
export type Word =
  | { readonly is: 'ready'; readonly port: number; readonly authUrl: string }
  /** The agent has asked for its list. */
  | { readonly is: 'asked' }
  /** Something in the cluster is different now. */
  | { readonly is: 'changed' }
  | { readonly is: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly is: 'failure'; readonly id: number; readonly message: string };
