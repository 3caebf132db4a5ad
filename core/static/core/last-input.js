/** Whether the person used a key or a finger last: a focus that a program moves is shown only for a key. */

let isKey = false;

globalThis.addEventListener?.("keydown", () => (isKey = true), { capture: true });
globalThis.addEventListener?.("pointerdown", () => (isKey = false), { capture: true });

export function isByKeyboard() {
  return isKey;
}
