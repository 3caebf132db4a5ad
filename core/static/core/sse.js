/**
 * Reads text/event-stream over fetch, because EventSource hides three things: the HTTP status (it stops for good on
 * anything but 200), Retry-After, and the heartbeats, whose absence is the only sign of a dead connection.
 *
 * @typedef {{ type: string, data: string }} ServerEvent
 */

/** Parses text into events (WHATWG HTML, 9.2.6), and keeps an incomplete event for the next piece. */
export class EventParser {
  #rest = "";
  #type = "";
  /** @type {string[]} */
  #data = [];

  /**
   * @param {string} text
   * @returns {ServerEvent[]} the events that this piece completes
   */
  push(text) {
    // A piece may end between the \r and the \n of one line end: keep the \r for the next piece.
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? "";
    return lines.flatMap((line) => this.#line(line));
  }

  /**
   * @param {string} line
   * @returns {ServerEvent[]}
   */
  #line(line) {
    if (line === "") return this.#complete();
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.#type = value;
    if (field === "data") this.#data.push(value);
    return [];
  }

  #complete() {
    const event = { type: this.#type || "message", data: this.#data.join("\n") };
    const isEmpty = this.#data.length === 0;
    this.#type = "";
    this.#data = [];
    return isEmpty ? [] : [event];
  }
}

/**
 * Read one response until it ends, is aborted, or stays silent for too long.
 *
 * @param {Response} response
 * @param {{ onEvent: (event: ServerEvent) => void, silenceMs: number }} options
 */
export async function readEvents(response, { onEvent, silenceMs }) {
  if (!response.body) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const parser = new EventParser();
  for (;;) {
    const piece = await withinSilence(reader.read(), silenceMs);
    if (piece === null || piece.done) {
      await reader.cancel().catch(() => {});
      return;
    }
    parser.push(piece.value).forEach(onEvent);
  }
}

/**
 * @template T
 * @param {Promise<T>} promise
 * @param {number} ms
 * @returns {Promise<T | null>} null if nothing came in time
 */
async function withinSilence(promise, ms) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const silence = new Promise((resolve) => (timer = setTimeout(() => resolve(null), ms)));
  try {
    return /** @type {T | null} */ (await Promise.race([promise, silence]));
  } finally {
    clearTimeout(timer);
  }
}
