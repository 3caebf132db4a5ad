import { css } from "lit";

export const filtersStyles = css`
  :host {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--space-2);
    padding: var(--space-2) var(--space-4) var(--space-1);
    border-block-end: 1px solid var(--line);
  }

  .tools {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-1);
    align-items: center;
    margin-inline: calc(-1 * var(--space-2));
  }

  .tools button {
    display: inline-flex;
    gap: var(--space-1);
    align-items: center;
    min-height: 2rem;
    padding-inline: var(--space-2);
    border: 0;
    border-radius: var(--radius-m);
    background: transparent;
    color: var(--ink-soft);
    font-size: var(--text-s);
    font-weight: 600;
    white-space: nowrap;
  }

  .tools button:hover {
    background: var(--surface-hover);
    color: var(--ink);
  }

  .tools button[aria-pressed="true"],
  .tools button[aria-expanded="true"] {
    background: var(--surface-selected);
    color: var(--brand-text);
  }

  .tools .icon {
    width: 1rem;
    height: 1rem;
  }

  .tools .last {
    margin-inline-start: auto;
  }

  .tools .narrows {
    padding-inline: 0.4em;
    border-radius: var(--radius-full);
    background: var(--brand);
    color: var(--on-brand);
    font-size: var(--text-xs);
  }

  @media (hover: none), (max-width: 47.99rem) {
    .tools button {
      min-height: var(--touch);
    }
  }

  @media (forced-colors: active) {
    .tools button[aria-pressed="true"] {
      border: 2px solid;
    }
  }
`;
