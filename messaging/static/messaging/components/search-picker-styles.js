import { css } from "lit";

export const pickerStyles = css`
  :host {
    display: block;
  }

  .field {
    position: relative;
  }

  .control:focus-visible {
    outline-offset: -1px;
  }

  .list {
    position: absolute;
    inset-block-start: calc(100% + var(--space-1));
    inset-inline: 0;
    z-index: 5;
    overflow-y: auto;
    max-height: min(20rem, 45dvh);
    padding: var(--space-1);
    border: 1px solid var(--line);
    border-radius: var(--radius-m);
    background: var(--surface);
    box-shadow: var(--shadow-high);
  }

  /* In a dialog, which would cut off a list above it. */
  :host([inline]) .list {
    position: static;
    height: min(20rem, 40dvh);
    margin-block-start: var(--space-1);
    box-shadow: none;
  }

  [role="option"] {
    display: flex;
    gap: var(--space-3);
    align-items: center;
    min-height: var(--touch);
    padding: var(--space-1) var(--space-3);
    border-radius: var(--radius-s);
    cursor: pointer;

    --avatar-size: 1.75rem;
  }

  [role="option"]:hover {
    background: var(--surface-hover);
  }

  .is-active {
    background: var(--surface-selected);
    box-shadow: inset 2px 0 0 var(--focus);
  }

  .text {
    flex: 1;
    min-width: 0;
    overflow-wrap: anywhere;
    line-height: var(--leading-tight);
  }

  small {
    display: block;
    color: var(--ink-soft);
    font-size: var(--text-xs);
  }

  [aria-selected="true"] b {
    font-weight: 650;
  }

  b {
    font-weight: 500;
  }

  .icon {
    color: var(--ink-soft);
  }

  .says {
    padding: var(--space-3);
    color: var(--ink-soft);
    font-size: var(--text-s);
  }

  .says:empty {
    display: none;
  }
`;
