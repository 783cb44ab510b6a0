/** True, or why not, in words for the person who runs the service. */
export type Check = () => true | string;

export interface HealthReport {
  readonly ok: boolean;
  readonly reasons: readonly { readonly component: string; readonly reason: string }[];
}

/** Live: restarting would not help. Ready: the service does its work. */
export interface Health {
  addLive(component: string, check: Check): void;
  addReady(component: string, check: Check): void;
  live(): HealthReport;
  ready(): HealthReport;
}

/** Gathers the checks of the parts of a service; without any it is healthy. */
export function createHealth(): Health {
  const live = new Map<string, Check>();
  const ready = new Map<string, Check>();
  return {
    addLive: (component, check) => void live.set(component, check),
    addReady: (component, check) => void ready.set(component, check),
    live: () => report(live),
    ready: () => report(ready),
  };
}

function report(checks: ReadonlyMap<string, Check>): HealthReport {
  const reasons = [...checks].flatMap(([component, check]) => {
    const answer = ask(check);
    return answer === true ? [] : [{ component, reason: answer }];
  });
  return { ok: reasons.length === 0, reasons };
}

function ask(check: Check): true | string {
  try {
    return check();
  } catch (error) {
    return `the check itself failed: ${error instanceof Error ? error.message : 'unknown error'}`;
  }
}
