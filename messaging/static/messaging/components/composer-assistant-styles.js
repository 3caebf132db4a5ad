import { css } from "lit";

export const assistantStyles = css`
  /* Dialogs, which are no part of the line. */
  message-menu,
  pause-dialog {
    position: absolute;
  }

  :host {
    position: relative;
  }

  .suggestions {
    position: absolute;
    inset-block-end: 100%;
    inset-inline: 0;
    z-index: 3;
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    max-width: calc(56rem - 2 * var(--space-4));
    max-height: min(55dvh, 26rem);
    overflow: auto;
    border: 1px solid var(--line-strong);
    border-radius: var(--radius-m) var(--radius-m) 0 0;
    margin-inline: auto;
    background: var(--surface);
    color: var(--ink);
    box-shadow: var(--shadow-high);
  }

  .suggestions ul {
    padding: var(--space-1);
  }

  .suggestions li {
    display: flex;
    gap: var(--space-2);
    align-items: baseline;
    min-height: 2.25rem;
    padding: var(--space-2) var(--space-3);
    border-radius: var(--radius-s);
    cursor: pointer;
  }

  .suggestions li:hover {
    background: var(--surface-hover);
  }

  .suggestions li[aria-selected="true"] {
    background: var(--surface-selected);
    outline: 2px solid var(--focus);
    outline-offset: -2px;
  }

  .suggestions b {
    flex: none;
  }

  .suggestions .line {
    flex: 1;
    min-width: 0;
    overflow: hidden;
    color: var(--ink-soft);
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .suggestions small {
    flex: none;
    color: var(--ink-soft);
    font-size: var(--text-xs);
  }

  .preview {
    padding: var(--space-2) var(--space-4);
    border-block-start: 1px solid var(--line);
    background: var(--surface-sunken);
    font-size: var(--text-s);
  }

  .preview p {
    overflow-wrap: anywhere;
    white-space: pre-wrap;
  }

  .preview .missing,
  .objection {
    color: var(--danger);
    font-size: var(--text-s);
    font-weight: 600;
  }

  .objection:empty {
    display: none;
  }

  .objection {
    max-width: calc(56rem - 2 * var(--space-4));
    padding-block-end: var(--space-1);
    margin-inline: auto;
  }

  .none,
  .manage {
    display: flex;
    align-items: center;
    min-height: 2.5rem;
    padding-inline: var(--space-4);
    font-size: var(--text-s);
  }

  .manage {
    border-block-start: 1px solid var(--line);
    color: var(--brand-text);
    font-weight: 600;
  }

  @media (hover: none) {
    .suggestions li,
    .manage {
      min-height: var(--touch);
    }

    .send.more {
      min-width: var(--touch);
    }
  }

  @media (forced-colors: active) {
    .suggestions li[aria-selected="true"] {
      outline-color: Highlight;
    }
  }
`;
