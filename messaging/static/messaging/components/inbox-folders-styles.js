import { css } from "lit";

export const foldersStyles = css`
  :host {
    display: block;
    overflow-y: auto;
    padding: var(--space-3) var(--space-2);
  }

  a,
  .add {
    display: flex;
    width: 100%;
    gap: var(--space-3);
    align-items: center;
    min-height: 2.25rem;
    padding: var(--space-1) var(--space-3);
    border: 0;
    border-radius: var(--radius-m);
    background: transparent;
    color: var(--ink);
    font-size: var(--text-m);
    text-align: start;
    text-decoration: none;
  }

  a:hover,
  .add:hover {
    background: var(--surface-hover);
  }

  a[aria-current] {
    background: var(--surface-selected);
    font-weight: 650;
  }

  @media (forced-colors: active) {
    a[aria-current] {
      outline: 2px solid Highlight;
      outline-offset: -2px;
    }
  }

  .icon {
    width: 1.125rem;
    height: 1.125rem;
    color: var(--ink-soft);
  }

  a[aria-current] .icon {
    color: var(--brand-text);
  }

  .label {
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .count {
    margin-inline-start: auto;
    color: var(--ink-soft);
    font-size: var(--text-s);
    font-variant-numeric: tabular-nums;
  }

  .is-pressing .count {
    color: var(--accent);
    font-weight: 700;
  }

  h3 {
    padding: var(--space-4) var(--space-3) var(--space-1);
    color: var(--ink-soft);
    font-size: var(--text-xs);
    font-weight: 650;
  }

  .saved {
    display: flex;
    align-items: center;
  }

  .saved a {
    flex: 1;
    min-width: 0;
  }

  .saved .icon-button {
    width: 2.25rem;
    height: 2.25rem;
  }

  .add {
    color: var(--ink-soft);
    font-size: var(--text-s);
  }

  @media (hover: none) {
    a,
    .add {
      min-height: var(--touch);
    }

    .saved .icon-button {
      width: var(--touch);
      height: var(--touch);
    }
  }
`;
