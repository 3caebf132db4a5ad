/** The part of Lit's types that the elements' own name, so that a page needs no package of Lit. */
export type TemplateResult<_T = unknown> = unknown;
export type CSSResult = unknown;
export type CSSResultGroup = unknown;
export type PropertyValues<_T = unknown> = Map<string, unknown>;
export declare const nothing: unique symbol;

export interface ReactiveController {
  hostConnected?(): void;
  hostDisconnected?(): void;
  hostUpdate?(): void;
  hostUpdated?(): void;
}

export declare class LitElement extends HTMLElement {
  readonly updateComplete: Promise<boolean>;
  readonly renderRoot: HTMLElement | DocumentFragment;
  readonly hasUpdated: boolean;
  readonly isUpdatePending: boolean;
  requestUpdate(name?: PropertyKey, old?: unknown): void;
  addController(controller: ReactiveController): void;
  connectedCallback(): void;
  disconnectedCallback(): void;
  willUpdate(changed: PropertyValues): void;
  firstUpdated(changed: PropertyValues): void;
  updated(changed: PropertyValues): void;
  render(): unknown;
}
