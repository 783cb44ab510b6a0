/** Calls a hook of somebody else's whose failure must not stop the loop. */
export function quietly(hook: () => void): void {
  try {
    hook();
  } catch {
    // The hook's owner has its own ways of being heard; the resources have none but this loop.
  }
}
