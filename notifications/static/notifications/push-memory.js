/**
 * Who switched pushes on in this browser. A browser subscribes again by itself for this person alone, and a logout
 * deletes it with everything that the device keeps: the next person has to tap.
 *
 * `endpoint` is what the server has of this browser, "" if nothing, and `device` its id there. `lost` says why pushes
 * stopped by themselves.
 *
 * @typedef {{ person: string, endpoint: string, device?: string, lost?: "permission" | "failed" }} PushMemory
 */

// A logout deletes what begins like this (`core/forget.js`).
const KEY = "liaison:push";

/** @returns {PushMemory | null} */
export function recall() {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "null");
  } catch {
    return null;
  }
}

/** @param {PushMemory} memory */
export function remember(memory) {
  localStorage.setItem(KEY, JSON.stringify(memory));
}

export function forget() {
  localStorage.removeItem(KEY);
}
