/** @import { ErrorDetail } from "./types.js" */

export const API = "/api/v1";

/** The server refused. `message` is a sentence for the person, in their language. */
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

  /** Whether the same request may succeed later without a change. */
  get isTemporary() {
    return this.status === 429 || this.status >= 500;
  }
}

/** The request or its answer was lost: whether the server acted is not known. */
export class NetworkError extends Error {}

// A phone that changes cell can leave a request hanging for minutes: better to try again.
const REQUEST_TIMEOUT_MS = 20_000;

/**
 * Ask the API and give back the decoded answer (null for 204).
 *
 * @param {string} method
 * @param {string} url a path below /api/v1, or the full address of a `next` page
 * @param {unknown} [body]
 * @returns {Promise<any>}
 * @throws {ApiError | NetworkError}
 */
export async function request(method, url, body) {
  const response = await send(method, url.startsWith("/") && !url.startsWith(API) ? API + url : url, body);
  if (response.ok) return response.status === 204 ? null : decoded(response);
  throw new ApiError(response.status, await errorsOf(response), retryAfter(response));
}

/**
 * @param {string} method
 * @param {string} url
 * @param {unknown} body
 */
async function send(method, url, body) {
  try {
    return await fetch(url, {
      method,
      headers: headersFor(method, body),
      body: body === undefined ? null : JSON.stringify(body),
      credentials: "same-origin",
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

/** From the page, so that the cookie itself may stay out of reach of scripts. */
function csrfToken() {
  return /** @type {HTMLMetaElement | null} */ (document.querySelector('meta[name="csrf-token"]'))?.content ?? "";
}

/** @param {Response} response */
async function decoded(response) {
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
  // A proxy in front of the application answers its own errors in HTML.
  const body = await response.json().catch(() => null);
  return body?.errors ?? [];
}

/** @param {Response} response */
function retryAfter(response) {
  const seconds = Number(response.headers.get("Retry-After") ?? NaN);
  return Number.isFinite(seconds) ? seconds : null;
}
