import type { components } from "./openapi.d.ts";

type Schemas = components["schemas"];

// The document marks what a caller cannot send as read-only. The store applies events to what it holds, so here all
// of it can be written.
type Writable<T> = T extends (infer Item)[] ? Writable<Item>[] : T extends object ? { -readonly [Key in keyof T]: Writable<T[Key]> } : T;

/** The shapes of the REST API by the names of core/openapi.yaml, which `make schema` writes. */
export type Api = { [Name in keyof Schemas]: Writable<Schemas[Name]> };
