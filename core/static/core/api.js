import { access, languageOfPage } from "./session.js";

/**
 * @import { ErrorDetail } from "./types.js"
 * @typedef {{ keepalive?: boolean, ifMatch?: string }} RequestOptions `keepalive`: the request outlives its page;
 *   `ifMatch`: the entity tag that a change is meant for
 */

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
    return this.status === 429 || this.status === 408 || this.status >= 500;
  }

  /** True if the person must log in before anything else is asked for. */
  get isOfSession() {
    return this.status === 401 || this.code === "csrf_failed";
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
 * @param {RequestOptions} [options]
 * @returns {Promise<any>}
 * @throws {ApiError | NetworkError}
 */
export async function request(method, url, body, options = {}) {
  const address = access.origin + (url.startsWith("/") && !url.startsWith(API) ? API + url : url);
  let response = await send(method, address, body, options);
  if (await access.renew(response)) response = await send(method, address, body, options);
  if (response.status === 401) access.onRefused();
  if (response.ok) return response.status === 204 ? null : decode(response);
  throw new ApiError(response.status, await errorsOf(response), retryAfter(response));
}

/**
 * @param {string} method
 * @param {string} url
 * @param {unknown} body
 * @param {RequestOptions} options
 */
async function send(method, url, body, { keepalive = false, ifMatch = "" }) {
  const headers = { ...headersFor(body), ...(await access.headers(method)), ...(ifMatch && { "If-Match": ifMatch }) };
  try {
    return await fetch(url, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      credentials: "same-origin",
      keepalive,
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
  } catch (cause) {
    throw new NetworkError("network", { cause });
  }
}

/** @param {unknown} body */
function headersFor(body) {
  /** @type {Record<string, string>} */
  const headers = { Accept: "application/json", "Accept-Language": languageOfPage() };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  return headers;
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
