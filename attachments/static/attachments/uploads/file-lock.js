/**
 * Run a task while no other tab, and not the service worker, sends this file.
 *
 * @template Result
 * @param {string} id
 * @param {() => Promise<Result>} task
 * @returns {Promise<Result>}
 */
export async function withLock(id, task) {
  return globalThis.navigator?.locks ? await navigator.locks.request(`liaison-file-${id}`, task) : await task();
}
