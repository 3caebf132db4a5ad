/** How esbuild finds what the sources import. */

import { PAGES, ROOT, fileOf } from "./sources.js";

/** @import { Plugin } from "esbuild" */

// The folder of each vendored package, and the file that its bare name means: as in core/templatetags/modules.py.
/** @type {Record<string, [folder: string, entry: string]>} */
const PACKAGES = {
  lit: ["lit", "index.js"],
  "lit-element": ["lit-element", "lit-element.js"],
  "lit-html": ["lit-html", "lit-html.js"],
  "@lit/reactive-element": ["reactive-element", "reactive-element.js"],
  "@noble/hashes": ["noble-hashes", "index.js"],
};

/**
 * Make each page one entry, `page:NAME`, that runs its modules in order. What it needs later is one file, `later:NAME`.
 *
 * @type {Plugin}
 */
export const pages = {
  name: "pages",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(page|later):/ }, ({ path }) => {
      const [namespace = "", name = ""] = path.split(":");
      return { path: name, namespace };
    });
    onLoad({ filter: /./, namespace: "page" }, ({ path }) => {
      const { first, later = [] } = PAGES[path] ?? { first: [] };
      const load = `import { loadLater } from ${JSON.stringify(fileOf("core/later.js"))}; void loadLater(() => import("later:${path}"));`;
      return { contents: importing(first) + (later.length > 0 ? load : ""), resolveDir: ROOT };
    });
    onLoad({ filter: /./, namespace: "later" }, ({ path }) => ({ contents: importing(PAGES[path]?.later ?? []), resolveDir: ROOT }));
  },
};

/** @param {string[]} modules */
function importing(modules) {
  return modules.map((module) => `import ${JSON.stringify(fileOf(module))};\n`).join("");
}

/** Take the vendored packages, so that a build needs esbuild alone. @type {Plugin} */
export const vendored = {
  name: "vendored",
  setup({ onResolve }) {
    onResolve({ filter: /^(lit|lit-element|lit-html|@lit\/reactive-element|@noble\/hashes)(\/|$)/ }, ({ path }) => {
      const name = Object.keys(PACKAGES).find((known) => path === known || path.startsWith(`${known}/`)) ?? "";
      const [folder, entry] = PACKAGES[name] ?? ["", ""];
      return { path: `${ROOT}core/static/core/vendor/${folder}/${path.slice(name.length + 1) || entry}` };
    });
  },
};

/** Leave out the texts of the other languages. @param {string} language @returns {Plugin} */
export function textsOf(language) {
  return {
    name: "texts",
    setup({ onLoad }) {
      onLoad({ filter: /\/i18n\/(\w+\/)?[a-z]{2}\.js$/ }, ({ path }) =>
        path.endsWith(`/${language}.js`) ? undefined : { contents: "export default {};" },
      );
    },
  };
}
