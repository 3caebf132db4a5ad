/** Webhooks by https://www.standardwebhooks.com: who has sent one, and when. */
import { createHmac, timingSafeEqual } from "node:crypto";

const TOLERANCE_SECONDS = 300;

/**
 * Tell if Liaison has signed a request, within the last five minutes.
 *
 * @param {string} secret `whsec_…`
 * @param {import("node:http").IncomingHttpHeaders} headers
 * @param {Buffer} body the bytes as they came, before any parsing
 */
export function isOfLiaison(secret, headers, body) {
  const { "webhook-id": id, "webhook-timestamp": at, "webhook-signature": given } = headers;
  if (!secret || typeof given !== "string" || !(Math.abs(Date.now() / 1000 - Number(at)) < TOLERANCE_SECONDS)) return false;
  const key = Buffer.from(secret.replace("whsec_", ""), "base64");
  const expected = `v1,${createHmac("sha256", key).update(`${id}.${at}.`).update(body).digest("base64")}`;
  // Two signatures, with a space between them, while the secret is rotated.
  return given.split(" ").some((each) => each.length === expected.length && timingSafeEqual(Buffer.from(each, "latin1"), Buffer.from(expected)));
}
