/**
 * Write custom-elements.json: what a developer of another site must know of each element, read from its source. The page `/components`
 * shows it, the package contains it, and editors read it.
 *
 * `npm run manifest` writes the file. tests/js/elements-manifest.test.js fails if it is out of date, or if a comment and its code differ.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

// Its types name neither of these.
const ANALYZER = "@custom-elements-manifest/analyzer";
const { create, ts } = await import(ANALYZER);
const { litPlugin } = await import(`${ANALYZER}/src/features/framework-plugins/lit/lit.js`);

const ROOT = new URL("../../", import.meta.url);
export const TARGET = new URL("custom-elements.json", import.meta.url);

/** @typedef {{ name: string, type?: { text: string }, description?: string, default?: string }} Described */
/** @typedef {Described & { kind: string, privacy?: string, attribute?: string, static?: boolean, inheritedFrom?: unknown }} Member */
/**
 * @typedef {object} ElementDoc
 * @property {string} tagName
 * @property {string} name of the class
 * @property {string} description
 * @property {string} module
 * @property {Member[]} members
 * @property {Described[]} attributes
 * @property {Described[]} events
 * @property {Described[]} slots
 * @property {Described[]} cssProperties
 */

/** The modules of the elements that the package names (`deploy/elements/index.js`), in the order of their tags. */
export function modulesOfElements() {
  const imports = readFileSync(new URL("index.js", import.meta.url), "utf8").matchAll(/^import "#(\w+)\/([\w/-]+\.js)";$/gm);
  const modules = [...imports].map(([, app, path]) => `${app}/static/${app}/${path}`);
  // Not what they show on demand.
  return modules.filter((module) => sourceOf(module).includes("customElements.define("));
}

/** @param {string} path from the root */
export const sourceOf = (path) => readFileSync(new URL(path, ROOT), "utf8");

/** @returns {ElementDoc[]} */
export function elements() {
  const modules = modulesOfElements().map((path) => ts.createSourceFile(path, sourceOf(path), ts.ScriptTarget.ES2015, true));
  const { modules: found } = create({ modules, plugins: [...litPlugin()], context: { dev: false } });
  return found.flatMap((/** @type {any} */ module) => module.declarations.filter(isElement).map((/** @type {any} */ each) => docOf(each, module.path)));
}

/** @param {{ tagName?: string, customElement?: boolean }} declaration */
const isElement = ({ tagName }) => tagName !== undefined;

/** @param {any} declaration @param {string} module @returns {ElementDoc} */
function docOf(declaration, module) {
  const { tagName, name, description = "", members = [], events = [], slots = [] } = declaration;
  const own = new Set([...sourceOf(module).matchAll(/(\w+): \{ state: true \}/g)].map(([, state]) => state));
  /** @type {Member[]} */
  const shown = members.filter((/** @type {Member} */ member) => isShown(member) && !own.has(member.name)).map(plain);
  const attributes = shown.filter(({ attribute }) => attribute).map(({ attribute = "", type, default: value, description: about }) => {
    return { name: attribute, type, default: value, description: about };
  });
  const documented = events.filter((/** @type {Described} */ { description: about }) => about).map(plain);
  return { tagName, name, description: oneLine(description), module, members: shown, attributes, events: documented, slots: slots.map(plain), cssProperties: customProperties(module) };
}

/** Properties that a page may set, and methods that it may call. What has no description is the element's own. @param {Member} member */
function isShown({ kind, privacy, static: isStatic, description }) {
  return (kind === "field" || kind === "method") && privacy !== "private" && !isStatic && Boolean(description);
}

/** @template {Described} Item @param {Item} item @returns {Item} */
function plain(item) {
  return { ...item, ...(item.description && { description: oneLine(item.description) }) };
}

/** @param {string} text */
const oneLine = (text) => text.replace(/\s+/g, " ").replace(/^- /, "").trim();

/** The custom properties that the styles of a module read, with what core/tokens.css says of them. @param {string} module @returns {Described[]} */
function customProperties(module) {
  const used = new Set(stylesOf(module).flatMap((text) => [...text.matchAll(/var\((--[\w-]+)/g)].map(([, name]) => name ?? "")));
  return [...used].sort().map((name) => ({ name, ...tokens.get(name) }));
}

/** The texts of a module and of the modules of styles that it imports. @param {string} module */
function stylesOf(module) {
  const text = sourceOf(module);
  const folder = module.slice(0, module.lastIndexOf("/"));
  const imported = [...text.matchAll(/from "\.\/([\w-]+-styles\.js)"/g)].map(([, file]) => sourceOf(`${folder}/${file}`));
  const shared = /shared-styles\.js"/.test(text) ? [sourceOf("core/static/core/shared-styles.js")] : [];
  return [text, ...imported, ...shared];
}

/** The custom properties of core/tokens.css by name: the comment above their group, and the value. */
const tokens = readTokens(sourceOf("core/static/core/tokens.css"));

/** @param {string} css @returns {Map<string, { description: string, default: string }>} */
function readTokens(css) {
  /** @type {Map<string, { description: string, default: string }>} */
  const found = new Map();
  let description = "";
  for (const [, comment, name, value] of css.matchAll(/^ {2}\/\* (.+) \*\/$|^ {2}(--[\w-]+): (.+);$/gm)) {
    if (comment) description = comment;
    else if (name && value && !found.has(name)) found.set(name, { description, default: value });
  }
  return found;
}

/** @param {ElementDoc[]} docs */
export function manifestOf(docs) {
  const modules = docs.map(({ module, ...declaration }) => ({
    kind: "javascript-module",
    path: module,
    declarations: [{ kind: "class", customElement: true, ...declaration }],
    exports: [{ kind: "custom-element-definition", name: declaration.tagName, declaration: { name: declaration.name, module } }],
  }));
  return `${JSON.stringify({ schemaVersion: "1.0.0", readme: "README.md", modules }, null, 1)}\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) writeFileSync(TARGET, manifestOf(elements()));
