import { NetworkError } from "#core/api.js";

// A phone that changes cell keeps a dead connection open. Without progress for this long, treat it as lost.
const STALLED_MS = 30_000;

/** The bucket refused a PUT. A fresh address, or the same later, may work. */
export class BucketError extends NetworkError {
  /** @param {number} status */
  constructor(status) {
    super(`bucket answered ${status}`);
    this.status = status;
  }
}

/**
 * PUT bytes straight to the bucket. It uses XMLHttpRequest because `fetch` reports no upload progress.
 *
 * 412 counts as success: `If-None-Match: *` was sent, so the object exists, and its checksum was signed.
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
