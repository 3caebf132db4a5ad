/** @import { ErrorDetail } from "./types.js" */

export const API = "/api/v1";

/** The server refused the request. `message` is a sentence for the person, in their language. */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {ErrorDetail[]} errors
   * @param {number | null} retryAfterSeconds
   */
  constructor(status, errors, retryAfterSeconds) {
    super(errors[0]?.detail ?? `HTTP ${status}`);
    this.status = status;
    this.errors = errors;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  get code() {
    return this.errors[0]?.code ?? "";
  }

  /** True if the same request may succeed later. */
  get isTemporary() {
    return this.status === 429 || this.status >= 500;
  }
}

/** The request or its answer was lost. The server may have acted or not. */
export class NetworkError extends Error {}

// A phone that changes cell can leave a request hanging for minutes. Give up earlier and try again.
const REQUEST_TIMEOUT_MS = 20_000;

/**
 * Call the API. Return the decoded answer, or null for 204.
 *
 * @param {string} method
 * @param {string} url a path below /api/v1, or the path of a `next` page
 * @param {unknown} [body]
 * @param {{ keepalive?: boolean }} [options] `keepalive`: the request outlives its page
 * @returns {Promise<any>}
 * @throws {ApiError | NetworkError}
 */
export async function request(method, url, body, { keepalive = false } = {}) {
  const response = await send(method, url.startsWith("/") && !url.startsWith(API) ? API + url : url, body, keepalive);
  if (response.ok) return response.status === 204 ? null : decode(response);
  throw new ApiError(response.status, await errorsOf(response), retryAfter(response));
}

/**
 * @param {string} method
 * @param {string} url
 * @param {unknown} body
 * @param {boolean} keepalive
 */
async function send(method, url, body, keepalive) {
  try {
    return await fetch(url, {
      method,
      headers: headersFor(method, body),
      body: body === undefined ? null : JSON.stringify(body),
      credentials: "same-origin",
      keepalive,
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
  } catch (cause) {
    throw new NetworkError("network", { cause });
  }
}

/**
 * @param {string} method
 * @param {unknown} body
 */
function headersFor(method, body) {
  /** @type {Record<string, string>} */
  const headers = { Accept: "application/json", "Accept-Language": document.documentElement.lang || "fr" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (method !== "GET") headers["X-CSRFToken"] = csrfToken();
  return headers;
}

/** Read the token from the page, because scripts cannot read the cookie. */
function csrfToken() {
  return /** @type {HTMLMetaElement | null} */ (document.querySelector('meta[name="csrf-token"]'))?.content ?? "";
}

/** @param {Response} response */
async function decode(response) {
  try {
    return await response.json();
  } catch (cause) {
    throw new NetworkError("cut", { cause });
  }
}

/**
 * @param {Response} response
 * @returns {Promise<ErrorDetail[]>}
 */
async function errorsOf(response) {
  // A proxy in front of the application answers with its own errors in HTML.
  const body = await response.json().catch(() => null);
  return body?.errors ?? [];
}

/** @param {Response} response */
function retryAfter(response) {
  const seconds = Number(response.headers.get("Retry-After") ?? NaN);
  return Number.isFinite(seconds) ? seconds : null;
}
