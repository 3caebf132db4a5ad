/**
 * The SHA-256 of a file or a part of one, in base64 as S3 writes it.
 *
 * SubtleCrypto works beside the page's thread, but wants all bytes at once: 50 MB at most here. Browsers
 * hide it on plain http, where a developer's phone opens the site: there it is computed in slices,
 * with pauses in which the page lives.
 *
 * @param {Blob} blob
 * @param {SubtleCrypto | undefined} [subtle]
 */
export async function sha256(blob, subtle = globalThis.crypto?.subtle) {
  const digest = subtle ? new Uint8Array(await subtle.digest("SHA-256", await blob.arrayBuffer())) : await inSlices(blob);
  return btoa(String.fromCharCode(...digest));
}

const SLICE_BYTES = 1024 * 1024;
const BLOCK_BYTES = 64;

// FIPS 180-4, section 4.2.2: the fraction of the cube roots of the first 64 primes; 5.3.3: of the square roots of 8.
const PRIMES = firstPrimes(64);
const K = Int32Array.from(PRIMES, (prime) => fraction(Math.cbrt(prime)));
const H = PRIMES.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));

/** @param {Blob} blob */
async function inSlices(blob) {
  const state = Int32Array.from(H);
  const words = new Int32Array(64);
  for (let start = 0; start < blob.size; start += SLICE_BYTES) {
    const slice = new Uint8Array(await blob.slice(start, start + SLICE_BYTES).arrayBuffer());
    const isLast = start + SLICE_BYTES >= blob.size;
    mix(state, isLast ? padded(slice, blob.size) : slice, words);
    await new Promise((resolve) => setTimeout(resolve));
  }
  if (blob.size === 0) mix(state, padded(new Uint8Array(), 0), words);
  return bigEndian(state);
}

/**
 * @param {Uint8Array} tail
 * @param {number} size of the whole, in bytes
 */
function padded(tail, size) {
  const whole = new Uint8Array(Math.ceil((tail.length + 9) / BLOCK_BYTES) * BLOCK_BYTES);
  whole.set(tail);
  whole[tail.length] = 0x80;
  const end = new DataView(whole.buffer, whole.length - 8);
  end.setUint32(0, Math.floor((size * 8) / 2 ** 32));
  end.setUint32(4, (size * 8) >>> 0);
  return whole;
}

/**
 * Section 6.2.2, for each block of the bytes.
 *
 * @param {Int32Array} state
 * @param {Uint8Array} bytes
 * @param {Int32Array} w
 */
function mix(state, bytes, w) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
    for (let t = 0; t < 16; t++) w[t] = view.getInt32(at + 4 * t);
    for (let t = 16; t < 64; t++) {
      const [early, late] = [get(w, t - 15), get(w, t - 2)];
      const s0 = turn(early, 7) ^ turn(early, 18) ^ (early >>> 3);
      const s1 = turn(late, 17) ^ turn(late, 19) ^ (late >>> 10);
      w[t] = (get(w, t - 16) + s0 + get(w, t - 7) + s1) | 0;
    }
    addRounds(state, w);
  }
}

/**
 * @param {Int32Array} state
 * @param {Int32Array} w
 */
function addRounds(state, w) {
  let [a, b, c, d, e, f, g, h] = /** @type {[number, number, number, number, number, number, number, number]} */ ([...state]);
  for (let t = 0; t < 64; t++) {
    const t1 = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + get(K, t) + get(w, t)) | 0;
    const t2 = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  [a, b, c, d, e, f, g, h].forEach((value, index) => (state[index] = (get(state, index) + value) | 0));
}

/** @param {number} word @param {number} bits */
function turn(word, bits) {
  return (word >>> bits) | (word << (32 - bits));
}

/** @param {Int32Array} array @param {number} index */
function get(array, index) {
  return /** @type {number} */ (array[index]);
}

/** @param {Int32Array} words */
function bigEndian(words) {
  const view = new DataView(new ArrayBuffer(4 * words.length));
  words.forEach((word, index) => view.setInt32(4 * index, word));
  return new Uint8Array(view.buffer);
}

/** @param {number} root */
function fraction(root) {
  return ((root - Math.floor(root)) * 2 ** 32) | 0;
}

/** @param {number} count */
function firstPrimes(count) {
  /** @type {number[]} */
  const primes = [];
  for (let n = 2; primes.length < count; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n);
  return primes;
}
