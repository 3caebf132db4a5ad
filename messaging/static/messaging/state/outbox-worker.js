import * as filesApi from "#attachments/attachments-api.js";
import { ApiError } from "#core/api.js";
import { savedHere } from "#core/saved-store.js";
import { useSession } from "#core/session.js";

import * as api from "../messaging-api.js";
import { alone, markSent, sentJustNow } from "./outbox-lock.js";
import { laneOf, sender } from "./pending.js";
import { WorkerFiles } from "./worker-files.js";

/**
 * @import { SavedStore } from "#core/saved-store.js"
 * @import { Pending } from "../types.js"
 */

/**
 * Send what waits, in the service worker, by the code of the pages: with the same ids, the same order in a conversation
 * and the same lock. What cannot be sent is left as it is: a page says why, or asks to log in.
 *
 * @throws {Error} if another try may help
 */
export async function sendUnsent() {
  const saved = await savedHere();
  const [owner, list] = await Promise.all([saved?.owner(), saved?.list()]);
  // After the end of a session nothing leaves before its person is back.
  if (!saved || !owner || owner.isLocked || !list) return saved?.close();
  try {
    useSession({ person: owner.person, csrf: list.csrf, lang: owner.lang });
    const files = await WorkerFiles.of(owner.person, { api: filesApi });
    const send = sender({ uploader: files, api });
    const lanes = Object.values(Object.groupBy(await waiting(saved), laneOf));
    const tried = await Promise.allSettled(lanes.map((lane = []) => emptyLane(lane, { saved, owner, send })));
    // The words first.
    await files.sendAll();
    for (const outcome of tried) if (outcome.status === "rejected") throw outcome.reason;
  } catch (error) {
    if (isForAnotherTry(error)) throw error;
  } finally {
    saved.close();
  }
}

/** @param {SavedStore} saved @returns {Promise<Pending[]>} oldest first */
async function waiting(saved) {
  const rows = await saved.unsent();
  const all = rows.filter(({ isSent }) => !isSent).map(({ pending }) => /** @type {Pending} */ (pending));
  return all.sort((a, b) => a.created_at.localeCompare(b.created_at));
}

/**
 * Send what belongs to one conversation, in order, up to the first that is refused.
 *
 * @param {Pending[]} lane
 * @param {{ saved: SavedStore, owner: { person: string }, send: (pending: Pending) => Promise<unknown> }} to
 */
async function emptyLane(lane, { saved, owner: { person }, send }) {
  const [first] = lane;
  const queue = { person, lane: first ? laneOf(first) : "", locks: navigator.locks };
  await alone(queue, async () => {
    // A page may have sent some of it, or taken it back.
    const ids = new Set((await waiting(saved)).map(({ id }) => id));
    const isSent = await sentJustNow(queue);
    for (const pending of lane.filter((each) => ids.has(each.id) && !isSent(each))) {
      const answer = await send(pending);
      await saved.putUnsent({ pending, isSent: true, answer });
      await markSent(queue, pending);
    }
  });
}

/** @param {unknown} error */
function isForAnotherTry(error) {
  return !(error instanceof ApiError) || error.isTemporary;
}
