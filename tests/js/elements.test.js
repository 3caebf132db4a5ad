import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { after, describe, test } from "node:test";

// Lit brings stand-ins of HTMLElement and customElements for node. These are the other globals that elements use when they are made.
Object.assign(globalThis, {
  window: globalThis,
  location: new URL("https://liaison.example/staff/messages"),
  ResizeObserver: class {},
  sessionStorage: { getItem: () => null },
  addEventListener() {},
  setInterval: () => 0,
});
await import("lit");

const ROOT = new URL("../../", import.meta.url);
const APPS = ["attachments", "core", "messaging", "notifications", "workers"];

/** @typedef {{ new (): any, elementProperties: Map<string, { type?: unknown }> }} ElementClass */
/** @type {Map<string, ElementClass>} */
const elements = new Map();
const define = customElements.define.bind(customElements);
customElements.define = (name, element) => {
  elements.set(name, /** @type {any} */ (element));
  define(name, element);
};
after(() => (customElements.define = define));

for (const app of APPS) {
  const files = readdirSync(new URL(`${app}/static/${app}/`, ROOT), { recursive: true, encoding: "utf8" });
  const modules = files.filter((file) => /^(components|pages)\/[\w-]+\.js$/.test(file) && !file.endsWith("-messages.js"));
  for (const file of modules) await import(`#${app}/${file}`);
}

describe("boolean properties of elements", () => {
  const booleans = [...elements].flatMap(([name, element]) => {
    return [...element.elementProperties].filter(([, { type }]) => type === Boolean).map(([property]) => ({ name, element, property }));
  });

  test("are found in the elements of every app", () => {
    for (const name of ["attachment-tile", "connection-banner", "message-bubble", "push-switch", "task-list"]) {
      assert.ok(booleans.some((each) => each.name === name), name);
    }
  });

  for (const { name, element, property } of booleans) {
    // `?property=${false}` removes an attribute that is not there yet, and so leaves a default of true as it is.
    test(`${property} of <${name}> is false by default`, () => {
      assert.equal(new element()[property], false);
    });
  }
});
