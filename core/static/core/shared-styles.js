import { css } from "lit";

/** The styles that every element needs, because the page's style sheet does not apply inside a shadow root. */
export const shared = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }

  [hidden] {
    display: none !important;
  }

  h1,
  h2,
  h3,
  p,
  ol,
  ul,
  dl,
  dd {
    padding: 0;
    margin: 0;
  }

  ol,
  ul {
    list-style: none;
  }

  button,
  input,
  select,
  textarea {
    color: inherit;
    font: inherit;
  }

  button {
    cursor: pointer;
  }

  button:disabled {
    cursor: default;
  }

  :focus-visible {
    outline: 2px solid var(--focus);
    outline-offset: 2px;
  }

  .icon {
    display: block;
    flex: none;
  }

  .visually-hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  .icon-button {
    display: inline-grid;
    flex: none;
    place-items: center;
    width: var(--touch);
    height: var(--touch);
    padding: 0;
    border: 0;
    border-radius: var(--radius-m);
    background: transparent;
    color: var(--ink-soft);
    text-decoration: none;
    transition: background var(--quick);
  }

  .icon-button:hover {
    background: var(--surface-hover);
    color: var(--ink);
  }

  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: var(--space-2);
    min-height: var(--touch);
    padding-inline: var(--space-4);
    border: 1px solid var(--line-strong);
    border-radius: var(--radius-m);
    background: var(--surface);
    color: var(--ink);
    font-weight: 600;
    text-decoration: none;
    transition: background var(--quick);
  }

  .button:hover {
    background: var(--surface-hover);
  }

  .button.primary {
    border-color: transparent;
    background: var(--brand);
    color: var(--on-brand);
  }

  .button.primary:hover {
    background: var(--brand-hover);
  }

  .button:disabled {
    opacity: 0.55;
  }

  .field {
    display: grid;
    gap: var(--space-1);
  }

  .field > label,
  .field > .label {
    color: var(--ink-soft);
    font-size: var(--text-s);
    font-weight: 600;
  }

  .control {
    width: 100%;
    min-height: var(--touch);
    padding: var(--space-2) var(--space-3);
    border: 1px solid var(--line-strong);
    border-radius: var(--radius-m);
    background: var(--surface);
    color: var(--ink);
    /* Below 16 px, iOS zooms into the page when the field gets the focus. */
    font-size: max(1rem, 16px);
  }

  .error {
    color: var(--danger);
    font-size: var(--text-s);
  }

  .plate {
    padding: 0 0.4em;
    border: 1px solid currentcolor;
    border-radius: var(--radius-s);
    font-family: var(--font-plate);
    font-size: 0.6875rem;
    letter-spacing: 0.02em;
    line-height: 1.5;
    white-space: nowrap;
  }
`;
