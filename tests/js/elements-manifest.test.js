import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, describe, test } from "node:test";

import { TARGET, elements, manifestOf, modulesOfElements, sourceOf } from "../../deploy/elements/manifest.js";

// As in elements.test.js: what elements use of a browser when they are made.
Object.assign(globalThis, {
  window: globalThis,
  location: new URL("https://liaison.example/client/messages"),
  ResizeObserver: class {},
  sessionStorage: { getItem: () => null },
  addEventListener() {},
  setInterval: () => 0,
});
await import("lit");

/** @typedef {import("../../deploy/elements/manifest.js").ElementDoc} ElementDoc */
/** @typedef {{ new (): any, elementProperties: Map<string, { state?: boolean, attribute?: string | boolean }> }} ElementClass */
/** @type {Map<string, ElementClass>} */
const classes = new Map();
const define = customElements.define.bind(customElements);
customElements.define = (name, element) => {
  classes.set(name, /** @type {any} */ (element));
  define(name, element);
};
after(() => (customElements.define = define));
for (const module of modulesOfElements()) await import(`#${module.replace(/^(\w+)\/static\/\1\//, "$1/")}`);

const docs = elements();

test("custom-elements.json is made of the sources: run `npm run manifest`", () => {
  assert.equal(readFileSync(TARGET, "utf8"), manifestOf(docs));
});

// Elements inside others, which pages load after their first screen.
const ON_DEMAND = "messaging/static/messaging/pages/inbox-rest.js";

test("the elements that a client's portal needs are described", () => {
  const tags = docs.map(({ tagName }) => tagName);

  for (const tag of ["client-inbox", "conversation-list", "conversation-thread", "message-composer", "conversation-form", "unread-count"]) {
    assert.ok(tags.includes(tag), tag);
  }
  assert.equal(docs.length, modulesOfElements().length);
});

for (const doc of docs) {
  describe(`<${doc.tagName}>`, () => {
    const source = sourceOf(doc.module);
    const comment = commentOf(source, doc.name);

    test("has a description", () => assert.notEqual(doc.description, ""));

    test("describes each of its properties, and no other", () => {
      const own = [...(classes.get(doc.tagName)?.elementProperties ?? [])].filter(([, { state }]) => !state).map(([name]) => name);

      assert.deepEqual(documented(comment, "property").map(({ name }) => name).sort(), own.sort());
      for (const { name, description } of documented(comment, "property")) assert.notEqual(description, "", name);
    });

    test("describes its properties by the types that its code has", () => {
      const fields = new Map(doc.members.filter(({ kind }) => kind === "field").map(({ name, type }) => [name, type?.text ?? ""]));

      for (const { name, type } of documented(comment, "property")) assert.ok(isSame(type, fields.get(name) ?? ""), `${name}: ${type}, not ${fields.get(name)}`);
    });

    test("names its attributes as its code does", () => {
      const own = [...(classes.get(doc.tagName)?.elementProperties ?? [])].filter(([, { state, attribute }]) => !state && attribute !== false);
      const names = own.map(([name, { attribute }]) => (typeof attribute === "string" ? attribute : name.toLowerCase()));

      assert.deepEqual(doc.attributes.map(({ name }) => name).sort(), names.sort());
    });

    test("describes each event that it sends, and none that nothing inside sends", () => {
      const names = documented(comment, "fires").map(({ name }) => name);
      const inside = new Set([doc.module, ON_DEMAND].flatMap((module) => withImports(module)).flatMap((module) => sentBy(sourceOf(module))));

      for (const name of sentBy(source)) assert.ok(names.includes(name), `${name} is sent, and not described`);
      for (const name of names) assert.ok(inside.has(name), `${name} is described, and never sent`);
      assert.deepEqual(doc.events.map(({ name }) => name).sort(), names.sort());
    });

    test("describes each of its slots", () => {
      const slots = [...source.matchAll(/<slot(?: name="([\w-]+)")?/g)].map(([, name = ""]) => name);

      assert.deepEqual(doc.slots.map(({ name }) => name).sort(), [...new Set(slots)].sort());
    });

    test("has a meaning or a default for each custom property of its styles", () => {
      for (const { name, default: value } of doc.cssProperties) {
        assert.ok(value || new RegExp(`var\\(${name}, |${name}: `).test(withImports(doc.module).map(sourceOf).join("")), name);
      }
    });
  });
}

/** @param {string} source @param {string} name of the class */
function commentOf(source, name) {
  const end = source.indexOf(`export class ${name} `);
  return source.slice(source.lastIndexOf("/**", end), end);
}

/** @param {string} comment @param {"property" | "fires"} tag */
function documented(comment, tag) {
  const text = comment.replace(/\n \*(?: {3}| )?/g, "\n");
  const found = text.matchAll(new RegExp(`@${tag} \\{((?:[^{}]|\\{[^{}]*\\}|\\{(?:[^{}]|\\{[^{}]*\\})*\\})+)\\} ([\\w-]+) ?-? ?([^\\n]*)`, "g"));
  return [...found].map(([, type = "", name = "", description = ""]) => ({ type, name, description }));
}

/** The code may infer `string` where the comment lists the texts. @param {string} described @param {string} coded */
function isSame(described, coded) {
  const [one, other] = [described, coded].map((type) => type.replace(/\s+/g, ""));
  return one === other || (coded === "string" && /^("[\w-]*"\|?)+$/.test(one ?? ""));
}

/** The names of events that a source sends: in place, or by a method that takes the name. @param {string} source */
function sentBy(source) {
  const direct = [...source.matchAll(/new (?:Custom)?Event\("([\w-]+)"/g)].map(([, name = ""]) => name);
  const senders = [...source.matchAll(/^ {2}(#\w+)\(type\b/gm)].map(([, name]) => name);
  const calls = senders.flatMap((sender) => [...source.matchAll(new RegExp(`${sender}\\("([\\w-]+)"`, "g"))].map(([, name = ""]) => name));
  return [...new Set([...direct, ...calls])];
}

/** A module and all modules that it imports, of every app. @param {string} module @param {Set<string>} [seen] @returns {string[]} */
function withImports(module, seen = new Set()) {
  if (seen.has(module)) return [];
  seen.add(module);
  const folder = new URL(module, "file:///");
  for (const [, name = ""] of sourceOf(module).matchAll(/(?:from|import) "((?:\.|#)[^"]+\.js)"/g)) {
    const own = /^#(\w+)\/(.+)$/.exec(name);
    withImports(own ? `${own[1]}/static/${own[1]}/${own[2]}` : new URL(name, folder).pathname.slice(1), seen);
  }
  return [...seen];
}
