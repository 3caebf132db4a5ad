/**
 * Return the milliseconds to wait before an attempt (0 for the first). The time doubles up to `longest`, and is
 * spread over half of it, so that many phones do not come back in the same second.
 *
 * @param {number} attempt
 */
export function backoff(attempt, { first = 1_000, longest = 30_000, random = Math.random } = {}) {
  const full = Math.min(longest, first * 2 ** attempt);
  return full / 2 + (full / 2) * random();
}

/**
 * @param {number} ms
 * @param {AbortSignal} [signal] ends the wait early
 * @returns {Promise<void>}
 */
export function wait(ms, signal) {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}
