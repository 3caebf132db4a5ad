// Not among the keys that a logout deletes: it says something of the device and its plan, nothing of a person.
const KEY = "liaison-original-size";

/** Return true if photos are sent in their original size from this device. */
export function wantsOriginalSize() {
  return globalThis.localStorage?.getItem(KEY) === "1";
}

/** @param {boolean} isOriginal */
export function keepOriginalSize(isOriginal) {
  try {
    if (isOriginal) localStorage.setItem(KEY, "1");
    else localStorage.removeItem(KEY);
  } catch {
    // The choice then holds for the files chosen now.
  }
}
