/** Runs at most a given number of tasks at a time, in the order of their calls. */
export class ConcurrencyLimit {
  #free;
  /** @type {(() => void)[]} */
  #queue = [];

  /** @param {number} width */
  constructor(width) {
    this.#free = width;
  }

  /**
   * @template Result
   * @param {() => Promise<Result>} task
   * @returns {Promise<Result>}
   */
  async run(task) {
    if (this.#free > 0) this.#free--;
    else await /** @type {Promise<void>} */ (new Promise((resolve) => this.#queue.push(resolve)));
    try {
      return await task();
    } finally {
      const next = this.#queue.shift();
      if (next) next();
      else this.#free++;
    }
  }
}
