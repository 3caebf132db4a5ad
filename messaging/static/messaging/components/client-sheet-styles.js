import { css } from "lit";

/** The sections of the client sheet. */
export const sheetStyles = css`
  h4 {
    margin: 0 0 var(--space-2);
    color: var(--ink-soft);
    font-size: var(--text-xs);
    font-weight: 650;
    letter-spacing: 0.03em;
    text-transform: uppercase;
  }

  section {
    padding-block-start: var(--space-4);
    margin-block-start: var(--space-4);
    border-block-start: 1px solid var(--line);
  }

  ul {
    display: grid;
    gap: var(--space-3);
  }

  li {
    min-width: 0;
    overflow-wrap: anywhere;
  }

  p + .button {
    margin-block-start: var(--space-2);
  }

  .soft,
  small {
    color: var(--ink-soft);
    font-size: var(--text-s);
  }

  .person {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr);
    gap: 0 var(--space-2);
    align-items: start;

    --avatar-size: 2rem;
  }

  .person p {
    margin-block-start: 2px;
    color: var(--ink-soft);
    font-size: var(--text-s);
  }

  .person .bad,
  .bad {
    color: var(--danger);
  }

  .call {
    display: inline-flex;
    gap: var(--space-2);
    align-items: center;
    min-height: var(--touch);
    color: var(--brand-text);
    font-weight: 650;
    text-decoration: none;
    white-space: nowrap;
  }

  .call:hover {
    text-decoration: underline;
  }

  .online::before {
    display: inline-block;
    width: 0.6em;
    height: 0.6em;
    margin-inline-end: 0.4em;
    border-radius: var(--radius-full);
    background: var(--success);
    content: "";
  }

  .row {
    display: block;
    min-height: var(--touch);
    padding-block: var(--space-1);
    color: var(--brand-text);
    text-decoration: none;
  }

  .row:hover span {
    text-decoration: underline;
  }

  .row small {
    display: block;
  }

  .remark {
    padding: var(--space-3);
    border: 1px solid var(--note-line);
    border-radius: var(--radius-m);
    background: var(--note);
    color: var(--note-ink);
    overflow-wrap: anywhere;
    white-space: pre-wrap;
  }

  .remark + small {
    display: block;
    margin-block: var(--space-1) var(--space-2);
  }

  textarea.control {
    min-height: 7rem;
    resize: vertical;
  }

  .edit {
    display: grid;
    gap: var(--space-2);
  }

  .buttons {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-2);
    margin-block-start: var(--space-2);
  }
`;
