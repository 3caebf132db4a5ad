/**
 * What a logout would lose. Each message and each change that the server has not confirmed has a key of its own in
 * localStorage, and so has each file that a message has taken. Other apps write them (`LocalDrafts`, `FileStore`).
 */

const MESSAGE = /^liaison:unsent:[^:]*:(?!read-)/;
const FILE = /^liaison:unsent-file:/;

/**
 * Count what this device has not sent, of every person. A read mark is no loss.
 *
 * @param {Record<string, unknown>} [storage]
 */
export function countUnsent(storage = localStorage) {
  const keys = Object.keys(storage);
  return { messages: keys.filter((key) => MESSAGE.test(key)).length, files: keys.filter((key) => FILE.test(key)).length };
}
