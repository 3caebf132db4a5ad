import { NetworkError } from "#core/api.js";

// A phone that changes cell keeps a dead connection open: nothing moved for this long, it is lost.
const STALLED_MS = 30_000;

/** What a bucket answers to a PUT that it refuses; another address, or the same later, may be taken. */
export class BucketError extends NetworkError {
  /** @param {number} status */
  constructor(status) {
    super(`bucket answered ${status}`);
    this.status = status;
  }
}

/**
 * PUT bytes straight to the bucket. By XMLHttpRequest: `fetch` does not tell how much has left.
 *
 * The bytes that are there already (412, because of `If-None-Match: *`) are as good as sent: their
 * checksum was signed.
 *
 * @param {string} url
 * @param {Record<string, string>} headers
 * @param {Blob} body
 * @param {{ signal: AbortSignal, onProgress: (sentBytes: number) => void, stalledMs?: number }} options
 * @returns {Promise<void>}
 */
export function put(url, headers, body, { signal, onProgress, stalledMs = STALLED_MS }) {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new NetworkError("upload cut"));
    const xhr = new XMLHttpRequest();
    /** @type {ReturnType<typeof setTimeout>} */
    let stall;
    const end = () => (clearTimeout(stall), signal.removeEventListener("abort", abort));
    const abort = () => xhr.abort();
    const watch = () => (clearTimeout(stall), (stall = setTimeout(abort, stalledMs)));

    xhr.upload.onprogress = ({ loaded }) => (watch(), onProgress(loaded));
    xhr.onload = () => (end(), isThere(xhr.status) ? resolve() : reject(new BucketError(xhr.status)));
    xhr.onerror = xhr.onabort = () => (end(), reject(new NetworkError("upload cut")));
    xhr.open("PUT", url);
    for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
    signal.addEventListener("abort", abort);
    watch();
    xhr.send(body);
  });
}

/** @param {number} status */
function isThere(status) {
  return (status >= 200 && status < 300) || status === 412;
}
