// A page that is never idle goes on after this.
const PATIENCE_MS = 2_000;

/** Resolve once the page has nothing else to do: what nobody waits for must not delay what somebody reads or types. */
export function idle() {
  return new Promise((resolve) => {
    // Safari has no requestIdleCallback.
    if (!("requestIdleCallback" in globalThis)) return void setTimeout(resolve);
    requestIdleCallback(() => resolve(undefined), { timeout: PATIENCE_MS });
  });
}
