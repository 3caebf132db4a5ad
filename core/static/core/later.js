import { idle } from "./idle.js";
import { areTurnsTaken } from "./turns.js";

/**
 * Load what a page needs only on demand, once its first screen has rendered. Without a network, when that is back.
 *
 * @param {() => Promise<unknown>} load
 */
export async function loadLater(load) {
  do await idle();
  while (areTurnsTaken());
  await load().catch(() => addEventListener("online", () => void loadLater(load), { once: true }));
}
