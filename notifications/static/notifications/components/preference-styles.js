import { css } from "lit";

/** The styles shared by the sections of the preferences page. */
export const sectionStyles = css`
  :host {
    display: grid;
    gap: var(--space-3);
  }

  h2 {
    font-size: var(--text-l);
    font-weight: 650;
    letter-spacing: -0.01em;
  }

  .hint {
    color: var(--ink-soft);
    font-size: var(--text-s);
  }

  .choice {
    display: flex;
    gap: var(--space-3);
    align-items: center;
    min-height: var(--touch);
  }

  .choice input {
    flex: none;
    width: 1.25rem;
    height: 1.25rem;
    margin: 0;
    accent-color: var(--brand);
  }

  .choice small {
    display: block;
    color: var(--ink-soft);
    font-size: var(--text-s);
  }

  fieldset {
    padding: 0;
    margin: 0;
    border: 0;
  }

  legend {
    padding: 0 0 var(--space-2);
  }

  li {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-1) var(--space-3);
    align-items: center;
    padding-block: var(--space-2);
    border-block-start: 1px solid var(--line);
  }

  li .what {
    flex: 1 1 12rem;
    min-width: 0;
    overflow-wrap: anywhere;
  }

  .quiet-button {
    min-height: var(--touch);
    padding-inline: var(--space-3);
    border: 0;
    border-radius: var(--radius-m);
    background: transparent;
    color: var(--brand-text);
    font-weight: 600;
  }

  .quiet-button:hover {
    background: var(--surface-hover);
  }
`;

/**
 * Ask the page to save something.
 * @param {Element} element
 * @param {object} changes
 */
export function change(element, changes) {
  element.dispatchEvent(new CustomEvent("preferences-change", { detail: { changes }, bubbles: true, composed: true }));
}
