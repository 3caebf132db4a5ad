import { css } from "lit";

export const pageStyles = css`
  :host {
    display: block;
    flex: 1;
    min-height: 0;
    overflow-y: auto;
  }

  .page {
    display: grid;
    gap: var(--space-3);
    max-width: 48rem;
    padding: var(--space-4) max(var(--space-4), env(safe-area-inset-right)) max(var(--space-7), env(safe-area-inset-bottom))
      max(var(--space-4), env(safe-area-inset-left));
    margin-inline: auto;
  }

  header {
    display: flex;
    gap: var(--space-1);
    align-items: center;
  }

  header .icon-button {
    margin-inline-start: calc(-1 * var(--space-3));
  }

  h1 {
    font-size: var(--text-xl);
    letter-spacing: -0.015em;
  }

  .hint {
    color: var(--ink-soft);
    font-size: var(--text-s);
    text-wrap: pretty;
  }

  nav {
    display: flex;
    gap: var(--space-1);
    margin-inline: calc(-1 * var(--space-2));
    overflow-x: auto;
  }

  nav a {
    display: inline-flex;
    flex: none;
    gap: var(--space-1);
    align-items: center;
    min-height: var(--touch);
    padding-inline: var(--space-3);
    border-radius: var(--radius-full);
    color: var(--ink-soft);
    font-size: var(--text-s);
    font-weight: 600;
    text-decoration: none;
  }

  nav a:hover {
    background: var(--surface-hover);
  }

  nav a[aria-current] {
    background: var(--brand-tint);
    color: var(--brand-text);
  }

  nav a:focus-visible {
    outline-offset: -2px;
  }

  ul {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--space-3);
  }

  .none {
    padding: var(--space-6) var(--space-4);
    color: var(--ink-soft);
    text-align: center;
  }

  .more {
    justify-self: center;
  }

  .toast {
    position: fixed;
    inset-block-end: max(var(--space-4), env(safe-area-inset-bottom));
    inset-inline: var(--space-4);
    z-index: 5;
    display: grid;
    justify-items: center;
    pointer-events: none;
  }

  .toast p {
    max-width: 34rem;
    padding: var(--space-3) var(--space-4);
    border-radius: var(--radius-m);
    background: var(--chrome);
    box-shadow: var(--shadow-high);
    color: var(--on-chrome);
  }
`;
