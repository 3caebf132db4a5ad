const SLICE_BYTES = 1024 * 1024;

/**
 * Return the SHA-256 of a file, or of a part of one, in base64 as S3 writes it.
 *
 * SubtleCrypto computes it outside the page's thread, but needs all bytes in memory: 50 MB at most. Browsers
 * offer SubtleCrypto only on https and localhost. Elsewhere, as on a developer's phone, it is computed slice by
 * slice, and the page stays usable between slices.
 *
 * @param {Blob} blob
 * @param {SubtleCrypto | undefined} [subtle]
 */
export async function sha256(blob, subtle = globalThis.crypto?.subtle) {
  const digest = subtle ? new Uint8Array(await subtle.digest("SHA-256", await blob.arrayBuffer())) : await digestOfSlices(blob);
  return btoa(String.fromCharCode(...digest));
}

/** @param {Blob} blob */
async function digestOfSlices(blob) {
  // Load these 60 kB only where they are needed.
  const hashes = await import("@noble/hashes/sha2.js");
  const hash = hashes.sha256.create();
  for (let start = 0; start < blob.size; start += SLICE_BYTES) {
    hash.update(new Uint8Array(await blob.slice(start, start + SLICE_BYTES).arrayBuffer()));
    await new Promise((resolve) => setTimeout(resolve));
  }
  return hash.digest();
}
