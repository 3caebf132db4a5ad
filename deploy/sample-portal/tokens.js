/** The portal's key, and the tokens that it signs for its people. */
import { randomUUID } from "node:crypto";

import { SignJWT, exportJWK, generateKeyPair } from "jose";

/**
 * Make a new key, as at each start: a restart is a rotation. Liaison fetches a key that it does not know at once, and refuses tokens of
 * the last one within a minute; the page then asks for another token.
 *
 * @param {{ issuer: string, seconds: number }} options
 */
export async function newSigner({ issuer, seconds }) {
  const { publicKey, privateKey } = await generateKeyPair("ES256");
  const kid = randomUUID();
  const key = { ...(await exportJWK(publicKey)), kid, alg: "ES256", use: "sig" };
  return {
    jwks: { keys: [key] },
    /** @param {string} person the external id */
    token: (person) =>
      new SignJWT()
        .setProtectedHeader({ alg: "ES256", kid })
        .setIssuer(issuer)
        .setAudience("liaison")
        .setSubject(person)
        .setIssuedAt()
        .setExpirationTime(`${seconds} seconds`)
        .sign(privateKey),
  };
}
