/** The types of the package that its manifest gives: what each tag is, and how React 19 writes it. */

/** @import { ElementDoc } from "./manifest.js" */

const HEAD = "// Made of custom-elements.json by deploy/elements/types.js.\n";

/** @param {ElementDoc} doc where the types of its module are */
const moduleOf = ({ module }) => `./types/${module}`;

/** @param {ElementDoc[]} docs @returns {string} index.d.ts */
export function globalTypes(docs) {
  const imports = docs.map((doc) => `import type { ${doc.name} } from "${moduleOf(doc)}";\n`).join("");
  const tags = docs.map(({ tagName, name }) => `    "${tagName}": ${name};\n`).join("");
  return `${HEAD}${imports}
export { connect } from "./types/deploy/elements/connect.js";
export type { Connection, Options } from "./types/deploy/elements/connect.js";
export { ApiError, NetworkError } from "./types/core/static/core/api.js";
export type { ${docs.map(({ name }) => name).join(", ")} };

declare global {
  interface HTMLElementTagNameMap {
${tags}  }
}
`;
}

/** @param {ElementDoc[]} docs @returns {string} react.d.ts: `import "liaison-elements/react"` types the elements in JSX */
export function reactTypes(docs) {
  const imports = docs.map((doc) => `import type { ${doc.name} } from "${moduleOf(doc)}";\n`).join("");
  const tags = docs.map((doc) => `      "${doc.tagName}": Props<${doc.name}, ${propertiesOf(doc)}, ${eventsOf(doc)}>;\n`).join("");
  return `${HEAD}import type { DetailedHTMLProps, HTMLAttributes } from "react";
${imports}${typesOfEvents()}
// React 19 sets a property where the element has one, and listens to "x" for a handler named "onx".
type Props<Element, Names extends keyof Element, Events> =
  Omit<DetailedHTMLProps<HTMLAttributes<Element>, Element>, Names | keyof Events> & Partial<Pick<Element, Names>> & Events;

declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
${tags}    }
  }
}
`;
}

/** The types that events name, besides those of the language. */
function typesOfEvents() {
  return `import type { LibraryItem } from "./types/attachments/static/attachments/types.js";
import type { ConversationDraft, Extra } from "./types/messaging/static/messaging/types.js";
`;
}

/** @param {ElementDoc} doc */
function propertiesOf({ members }) {
  return members.filter(({ kind }) => kind === "field").map(({ name }) => `"${name}"`).join(" | ") || "never";
}

/** @param {ElementDoc} doc */
function eventsOf({ events }) {
  return `{ ${events.map(({ name, type }) => `"on${name}"?: (event: ${type?.text}) => void`).join("; ")} }`;
}
