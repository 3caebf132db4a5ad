import { css } from "lit";

export const exportPageStyles = css`
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
    font-size: var(--text-xl);
    letter-spacing: -0.015em;
  }

  h2 {
    margin-block-start: var(--space-2);
    font-size: var(--text-l);
  }

  .hint,
  .about,
  .none {
    color: var(--ink-soft);
    font-size: var(--text-s);
    text-wrap: pretty;
  }

  ul {
    display: grid;
    gap: var(--space-3);
  }

  li {
    display: grid;
    gap: var(--space-2);
    padding: var(--space-3) var(--space-4);
    border: 1px solid var(--line);
    border-radius: var(--radius-m);
    background: var(--surface);
  }

  .line {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-1) var(--space-3);
    align-items: center;
    justify-content: space-between;
  }

  .line b {
    overflow-wrap: anywhere;
  }

  .state {
    color: var(--ink-soft);
    font-size: var(--text-s);
    font-weight: 600;
  }

  .is-ready .state {
    color: var(--success);
  }

  .is-failed .state,
  .internal {
    color: var(--danger);
    font-weight: 600;
  }

  progress {
    width: 100%;
    height: 0.5rem;
    border: 0;
    border-radius: var(--radius-s);
    overflow: hidden;
    appearance: none;
    background: var(--line);
  }

  progress::-webkit-progress-bar {
    background: var(--line);
  }

  progress::-webkit-progress-value {
    background: var(--brand);
  }

  progress::-moz-progress-bar {
    background: var(--brand);
  }

  .buttons {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-2);
  }

  summary {
    display: list-item;
    padding-block: var(--space-3);
    color: var(--ink-soft);
    font-size: var(--text-s);
    cursor: pointer;
  }

  code {
    font-size: var(--text-s);
    overflow-wrap: anywhere;
  }
`;
