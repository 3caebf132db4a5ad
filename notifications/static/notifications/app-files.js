/**
 * Lets the service worker keep the files that this page uses, so that the app opens without a network. It keeps those
 * of its own deployment by itself; pages of unbundled modules are told this way.
 */

// After everything that somebody waits for.
const AFTER_MS = 4_000;

export function keepFilesOfPage() {
  setTimeout(() => void tell(), AFTER_MS);
}

async function tell() {
  const { active } = await navigator.serviceWorker.ready;
  const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
  active?.postMessage({ kind: "keep-files", urls: loaded.filter((name) => name.startsWith(location.origin)) });
}
