import { css } from "lit";

export const repliesStyles = css`
  :host {
    display: block;
    flex: 1;
    min-height: 0;
    overflow-y: auto;
  }

  .page {
    display: grid;
    gap: var(--space-4);
    max-width: 52rem;
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
    flex: 1;
    font-size: var(--text-xl);
    letter-spacing: -0.015em;
  }

  h2 {
    font-size: var(--text-l);
  }

  .hint {
    color: var(--ink-soft);
    font-size: var(--text-s);
    text-wrap: pretty;
  }

  ul {
    display: grid;
    gap: var(--space-3);
  }

  li,
  form {
    display: grid;
    gap: var(--space-2);
    padding: var(--space-3) var(--space-4);
    border: 1px solid var(--line);
    border-radius: var(--radius-m);
    background: var(--surface);
  }

  form {
    gap: var(--space-4);
    border-color: var(--line-strong);
  }

  .line {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-1) var(--space-3);
    align-items: baseline;
  }

  .line b {
    font-size: var(--text-l);
    overflow-wrap: anywhere;
  }

  .line span {
    color: var(--ink-soft);
    font-size: var(--text-s);
  }

  .text {
    display: grid;
    grid-template-columns: 2.25rem minmax(0, 1fr);
    gap: var(--space-2);
  }

  .text abbr {
    color: var(--ink-soft);
    font-size: var(--text-xs);
    font-weight: 700;
    line-height: calc(var(--leading) * var(--text-m));
    text-decoration: none;
    text-transform: uppercase;
  }

  .text p {
    overflow-wrap: anywhere;
    white-space: pre-wrap;
  }

  .buttons {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-2);
    justify-content: flex-end;
  }

  textarea.control {
    min-height: 6rem;
    max-height: 50dvh;
    line-height: var(--leading);
    field-sizing: content;
  }

  .check {
    display: flex;
    gap: var(--space-3);
    align-items: center;
    min-height: var(--touch);
  }

  .check input {
    flex: none;
    width: 1.25rem;
    height: 1.25rem;
  }

  .none {
    padding: var(--space-5) var(--space-4);
    color: var(--ink-soft);
    text-align: center;
    text-wrap: balance;
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
    padding: var(--space-2) var(--space-4);
    border-radius: var(--radius-m);
    background: var(--chrome);
    color: var(--on-chrome);
    box-shadow: var(--shadow-high);
  }
`;
