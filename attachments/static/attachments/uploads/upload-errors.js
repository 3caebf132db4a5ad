import { ApiError, NetworkError } from "#core/api.js";

import { t } from "../i18n/index.js";

/** What to do after a failed try to upload a file. */

// The bytes were cut or altered on the way. Try this many times before telling the person.
const ALTERED_TRIES = 3;
const ALTERED = ["upload_incomplete", "upload_differs"];

// If the server asks for a longer wait (the daily limit), tell the person.
const LONGEST_WAIT_SECONDS = 60;

/**
 * Return true if another try is useless.
 *
 * @param {unknown} error
 * @param {number} attempt 0 for the first
 */
export function isFinal(error, attempt) {
  if (error instanceof NetworkError) return false;
  if (!(error instanceof ApiError) || retryAfterMs(error) > LONGEST_WAIT_SECONDS * 1_000) return true;
  return !error.isTemporary && !(ALTERED.includes(error.code) && attempt < ALTERED_TRIES);
}

/** Return how long the server asks to wait, or 0. @param {unknown} error */
export function retryAfterMs(error) {
  return error instanceof ApiError ? (error.retryAfterSeconds ?? 0) * 1_000 : 0;
}

/** Return the text for the person. @param {unknown} error */
export function errorText(error) {
  // Otherwise the file itself was moved or changed on the device after it was chosen.
  return error instanceof ApiError ? error.message : t("gone");
}
