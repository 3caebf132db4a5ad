/** The sources of what is published: where they are, and a digest of them. */

import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));
export const APPS = ["attachments", "core", "messaging", "notifications", "workers"];
export const LANGUAGES = ["fr", "en"];

/** The modules that each page runs, in order: at first, and once its first screen has rendered. @type {Record<string, { first: string[], later?: string[] }>} */
export const PAGES = JSON.parse(readFileSync(`${ROOT}core/settings/pages.json`, "utf8"));

// Each is built alone. Together with another page, it would load up to eleven scripts instead of two.
const ALONE = ["client-messages", "client-new", "client-files", "staff-messages", "components"];

/** The names of the pages that are built together, and so share chunks. */
export const GROUPS = [...ALONE.map((name) => [name]), Object.keys(PAGES).filter((name) => !ALONE.includes(name))];

/** The style sheets of every page, in order. */
export const STYLES = [
  "core/tokens.css",
  "core/base.css",
  "core/profile.css",
  "core/copy-banner.css",
  "messaging/rendered.css",
];

/** What the service worker runs, besides its own parts. */
export const WORKER = "messaging/state/outbox-worker.js";

/** Return the file of a static path ("core/api.js"). @param {string} path */
export function fileOf(path) {
  return `${ROOT}${path.split("/")[0]}/static/${path}`;
}

/** Return a digest of all that the published files are made of. */
export function digestOfSources() {
  const hash = createHash("sha256");
  for (const file of sources()) hash.update(file).update("\0").update(readFileSync(ROOT + file)).update("\0");
  return hash.digest("hex");
}

/** @returns {string[]} paths from the root, sorted */
function sources() {
  const modules = APPS.flatMap((app) => filesIn(`${app}/static/${app}`, /\.(js|css|svg)$/));
  return [...modules, ...filesIn("deploy/bundles", /\.js$/), "core/settings/pages.json", "package-lock.json"].sort();
}

/** @param {string} folder @param {RegExp} named */
function filesIn(folder, named) {
  const names = readdirSync(ROOT + folder, { recursive: true, encoding: "utf8" });
  return names.filter((name) => named.test(name)).map((name) => `${folder}/${name}`);
}
