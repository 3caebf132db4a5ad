import { contentOf } from "./pending.js";

/** @import { Pending } from "../types.js" */

// A tab that the system has frozen may hold the lock. The ids make a request that is sent twice harmless.
const PATIENCE_MS = 25_000;

// Chromium shows a change of localStorage to other tabs later than it passes on a lock: by milliseconds, or more on a
// busy device.
const MARK_MS = 10_000;

/**
 * Run a task while no other tab, and not the service worker, sends from the same queue of a person.
 *
 * @template Result
 * @param {{ person: string, lane: string, locks: LockManager | null | undefined }} queue
 * @param {() => Promise<Result>} task
 * @returns {Promise<Result>}
 */
export async function alone({ person, lane, locks }, task) {
  if (!locks) return task();
  try {
    return await locks.request(`liaison-outbox-${person} ${lane}`, { signal: AbortSignal.timeout(PATIENCE_MS) }, task);
  } catch (error) {
    if (error instanceof DOMException && error.name === "TimeoutError") return task();
    throw error;
  }
}

/**
 * Mark what was sent by a lock of its own, held for a moment. Whoever gets the queue next sees it, although the
 * storage that it reads may still hold the message.
 *
 * @param {{ person: string, locks: LockManager | null | undefined }} queue
 * @param {Pending} pending
 * @returns {Promise<void>} resolves when others can see it
 */
export async function markSent({ person, locks }, pending) {
  if (!locks) return;
  await new Promise((resolve) => {
    const hold = () => {
      resolve(undefined);
      return new Promise((end) => AbortSignal.timeout(MARK_MS).addEventListener("abort", end));
    };
    locks.request(markOf(person, pending), { mode: "shared" }, hold).catch(resolve);
  });
}

/**
 * @param {{ person: string, locks: LockManager | null | undefined }} queue
 * @returns {Promise<(pending: Pending) => boolean>} tells whether something was sent a moment ago
 */
export async function sentJustNow({ person, locks }) {
  const { held = [] } = (await locks?.query()) ?? {};
  const names = new Set(held.map(({ name }) => name));
  return (pending) => names.has(markOf(person, pending));
}

/** A later edit has the id of an earlier one, so the name has all of the content. @param {string} person @param {Pending} pending */
function markOf(person, pending) {
  return `liaison-sent-${person} ${contentOf(pending)}`;
}
