/**
 * Pictures on a link that is slow or paid for by the megabyte: they are loaded when the person asks for them, and nothing
 * is loaded that is not on screen. `messaging/rendering/data_saver.py` decides the same for the server's HTML.
 *
 * One bar of signal (400 kbit/s, 400 ms) is "3g" to a browser. Four previews of 20 kB hold up the words there for
 * 1.6 s. Only Chromium tells; elsewhere pictures are loaded.
 */

const SLOW = ["slow-2g", "2g", "3g"];

// A preview of 320 px weighs 15 to 25 kB.
export const PREVIEW_BYTES = 20 * 1024;

/** The pictures that were asked for. Their tiles are made anew when one scrolls. @type {Set<string>} */
const shown = new Set();

export function savesData() {
  const { onLine = true, connection = {} } = /** @type {any} */ (globalThis.navigator) ?? {};
  // Without a network, pictures come from what the device keeps.
  return onLine && (Boolean(connection.saveData) || SLOW.includes(connection.effectiveType));
}

/** @param {string} id */
export const wasAskedFor = (id) => shown.has(id);

/** @param {string} id */
export const askFor = (id) => void shown.add(id);
