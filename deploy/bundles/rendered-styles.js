/**
 * Write messaging/static/messaging/rendered.css: the styles of the elements, for the HTML that the server writes in
 * their place (messaging/rendering). So both look the same, and the elements have the only source.
 *
 * The server's HTML has no shadow roots. It names each element with `s-` in front (`s-message-bubble`), and:
 * - `:host` becomes that name, and the rules inside an element apply inside it, but not inside the elements that it
 *   contains;
 * - what stands around an element wins over its own `:host`, by its place in the file;
 * - rules about classes and tags that messaging/rendering never writes are left out.
 *
 * `npm run styles` writes the file. tests/js/rendered-styles.test.js fails if it is out of date.
 */
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

import postcss from "postcss";
import selectorParser from "postcss-selector-parser";

const ROOT = new URL("../../", import.meta.url);
const RENDERER = new URL("messaging/rendering/", ROOT);
export const TARGET = new URL("messaging/static/messaging/rendered.css", ROOT);

/** The elements that the server writes, each with those inside it. The innermost come first. @type {Record<string, string[]>} */
const ELEMENTS = {
  "person-avatar": [],
  "relative-time": [],
  "unread-badge": [],
  "delivery-state": [],
  "attachment-tile": [],
  "attachment-upload": [],
  "attachment-set": ["attachment-tile"],
  "attachment-library": ["attachment-tile"],
  "quoted-message": [],
  "message-bubble": ["person-avatar", "delivery-state", "attachment-set", "quoted-message"],
  "message-list": ["message-bubble"],
  "message-composer": ["attachment-upload"],
  "who-answers": ["person-avatar"],
  "desk-bar": ["person-avatar"],
  "conversation-thread": ["attachment-library", "desk-bar", "message-list", "message-composer", "who-answers"],
  "staff-row": ["person-avatar", "relative-time", "unread-badge"],
  "conversation-list": ["person-avatar", "relative-time", "unread-badge", "staff-row"],
  "conversation-form": ["attachment-upload", "who-answers"],
  "search-field": [],
  "conversation-filters": ["search-field"],
  "client-inbox": ["conversation-list", "conversation-thread", "conversation-form", "who-answers", "search-field"],
  "inbox-folders": [],
  "staff-inbox": ["conversation-list", "conversation-thread", "conversation-form", "conversation-filters", "inbox-folders"],
};
const MODULES = [
  "#core/components/person-avatar.js", "#core/components/relative-time.js", "#messaging/components/unread-badge.js",
  "#notifications/components/delivery-state.js", "#attachments/components/attachment-library.js",
  "#messaging/components/conversation-form.js", "#messaging/pages/client-inbox.js", "#messaging/pages/staff-inbox.js",
];

/** What elements use of a browser when their modules are loaded. Lit brings HTMLElement and customElements. */
function standIn() {
  const globals = {
    window: globalThis, location: new URL("https://liaison.example/"), ResizeObserver: class {},
    sessionStorage: { getItem: () => null }, addEventListener() {}, setInterval: () => 0,
  };
  Object.assign(globalThis, globals);
}

/** @returns {Promise<string>} the style sheet */
export async function renderedStyles() {
  standIn();
  await import("lit");
  const { shared } = await import("#core/shared-styles.js");
  for (const module of MODULES) await import(module);
  const written = vocabulary();
  const own = Object.keys(ELEMENTS).map((name) => converted(name, ownStyles(name, shared), written));
  const common = scoped(shared.cssText, "s-client-inbox,s-staff-inbox", [], written);
  const head = "/* Made of the styles of the elements by deploy/bundles/rendered-styles.js. Do not edit. */\n";
  const page = readFileSync(new URL("page.css", RENDERER), "utf8");
  return head + [common, ...own, compact(postcss.parse(page))].join("");
}

/**
 * @param {string} name
 * @param {{ cssText: string }} shared
 */
function ownStyles(name, shared) {
  const element = /** @type {any} */ (customElements.get(name));
  return [element.styles].flat(Infinity).filter((style) => style && style !== shared).map((style) => style.cssText).join("\n");
}

/**
 * @param {string} name
 * @param {string} css
 * @param {Set<string>} written
 */
function converted(name, css, written) {
  const { styles } = /** @type {any} */ (customElements.get(name));
  // The shared styles set the sizes of boxes, which other pages and elements leave as browsers do.
  const isPlain = styles !== undefined && !Array.isArray(styles);
  const sizes = isPlain ? `:where(s-${name}) *{box-sizing:content-box}\n` : "";
  return sizes + scoped(css, `s-${name}`, ELEMENTS[name] ?? [], written);
}

/** The words in the sources of the renderer: a class or a tag that is none of them is never written. */
function vocabulary() {
  const sources = readdirSync(RENDERER).filter((file) => file.endsWith(".py"));
  const text = sources.map((file) => readFileSync(new URL(file, RENDERER), "utf8")).join("\n");
  return new Set(text.match(/[\w-]+/g));
}

/**
 * @param {string} css
 * @param {string} host the selector of the element in the server's HTML
 * @param {string[]} inside the elements that it contains
 * @param {Set<string>} written
 */
function scoped(css, host, inside, written) {
  const sheet = postcss.parse(css);
  sheet.walkRules((rule) => {
    const selectors = rule.selectors.filter((selector) => isWritten(selector, written));
    if (selectors.length === 0) rule.remove();
    else rule.selectors = selectors.map((selector) => inHost(selector, host, inside));
  });
  sheet.walkAtRules((rule) => void (rule.nodes?.length === 0 && rule.remove()));
  return compact(sheet);
}

/** @param {import("postcss").Root} sheet @returns {string} a rule a line */
function compact(sheet) {
  sheet.walkComments((comment) => void comment.remove());
  return sheet.nodes.map((node) => `${oneLine(node.toString())}\n`).join("");
}

/**
 * Return true if the renderer writes all that a selector asks for. What stands in `:not()` need not exist.
 *
 * @param {string} selector
 * @param {Set<string>} written
 */
function isWritten(selector, written) {
  let isUsed = true;
  selectorParser((root) => {
    root.walk((node) => {
      if (isInNot(node)) return;
      if (node.type === "class" && !written.has(node.value)) isUsed = false;
      if (node.type === "attribute" && !node.attribute.startsWith("aria-") && !written.has(node.attribute)) isUsed = false;
      if (node.type === "tag" && !(node.value in ELEMENTS) && !written.has(node.value)) isUsed = false;
    });
  }).processSync(selector);
  return isUsed;
}

/** @param {import("postcss-selector-parser").Node} node */
function isInNot(node) {
  for (let above = node.parent; above; above = above.parent) {
    if (above.type === "pseudo" && above.value === ":not") return true;
  }
  return false;
}

/**
 * @param {string} selector
 * @param {string} host
 * @param {string[]} inside
 */
function inHost(selector, host, inside) {
  const renamed = selectorParser((root) => {
    root.walkTags((tag) => void (tag.value in ELEMENTS && (tag.value = `s-${tag.value}`)));
    if (inside.length > 0) root.each((each) => leaveOut(inside, each));
  }).processSync(selector);
  const [whole, condition = ""] = /^:host(?:\(((?:[^()]|\([^()]*\))*)\))?/.exec(renamed) ?? [];
  return whole ? host + condition + renamed.slice(whole.length) : `:where(${host}) ${renamed}`;
}

/**
 * Leave out what stands inside the elements of an element. The host itself is in none of them.
 *
 * @param {string[]} inside
 * @param {import("postcss-selector-parser").Selector} selector
 */
function leaveOut(inside, selector) {
  const last = selector.nodes.slice(selector.nodes.findLastIndex(({ type }) => type === "combinator") + 1);
  if (last.some((node) => node.type === "pseudo" && node.value === ":host")) return;
  const exclusion = `:where(:not(:where(${inside.map((name) => `s-${name}`).join(",")}) *))`;
  const node = selectorParser.pseudo({ value: exclusion });
  const before = last.find((each) => selectorParser.isPseudoElement(each));
  if (before) selector.insertBefore(before, node);
  else selector.append(node);
}

/** @param {string} css */
function oneLine(css) {
  return css.replace(/\s+/g, " ").replace(/ ?([{};,]) ?/g, "$1").replace(/: /g, ":").replace(/;}/g, "}").trim();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) writeFileSync(TARGET, await renderedStyles());
