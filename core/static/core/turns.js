/**
 * The first rendering of a page, in turns: no task lasts long, so a key or a tap comes between two of them.
 */

// A task above 50 ms is felt. A phone is four times slower than what this was measured on.
const TURN_MS = 5;

let isTaken = false;
let isRunning = false;
/** @type {(() => void)[]} */
const waiting = [];

/** Whether elements wait for a turn at present. */
export const areTurnsTaken = () => isTaken;

/** Let elements wait for a turn from now on, or no longer. @param {boolean} value */
export function takeTurns(value) {
  isTaken = value;
}

/**
 * Act in one of the next turns, after all who asked before.
 *
 * @param {() => void} act
 * @returns {Promise<void>} settles with the action
 */
export function inTurn(act) {
  return new Promise((resolve, reject) => {
    waiting.push(() => {
      try {
        resolve(act());
      } catch (error) {
        reject(error);
      }
    });
    if (!isRunning) void run();
  });
}

async function run() {
  isRunning = true;
  while (waiting.length > 0) {
    await nextTask();
    const began = performance.now();
    while (waiting.length > 0 && performance.now() - began < TURN_MS) {
      waiting.shift()?.();
      // What the action has begun asks for its own turn.
      await null;
    }
  }
  isRunning = false;
}

/** Resolve in another task, sooner than a timer. @returns {Promise<void>} */
export function nextTask() {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => (port1.close(), resolve());
    port2.postMessage(null);
  });
}

/**
 * Resolve when every element below a root has rendered for the first time.
 *
 * @param {ParentNode} root
 */
export async function rendered(root) {
  for (let late = notRendered(root); late.length > 0; late = notRendered(root)) await Promise.all(late.map(({ updateComplete }) => updateComplete));
}

/** @param {ParentNode} root @returns {import("lit").LitElement[]} */
function notRendered(root) {
  return [...root.querySelectorAll("*")].flatMap((/** @type {any} */ element) => [
    ...(element.hasUpdated === false ? [element] : []),
    ...(element.shadowRoot ? notRendered(element.shadowRoot) : []),
  ]);
}
