import { css } from "lit";

/** A row has the same height whatever it says, since the list renders only the rows near the screen. */
export const listStyles = css`
  :host {
    display: block;
  }

  a {
    position: relative;
    display: grid;
    grid-template: "avatar name time" auto "avatar title title" auto "avatar line badge" auto / auto 1fr auto;
    column-gap: var(--space-3);
    align-items: baseline;
    padding: var(--space-3) var(--space-4);
    border-block-end: 1px solid var(--line);
    color: inherit;
    text-decoration: none;
    transition: background var(--quick);
  }

  /* Its row is an element of its own. */
  a.is-other {
    display: block;
    padding-block: var(--space-2);
  }

  a:hover {
    background: var(--surface-hover);
  }

  a:focus-visible {
    outline-offset: -2px;
  }

  a[aria-current] {
    background: var(--surface-selected);
  }

  a[aria-current]::before {
    position: absolute;
    inset-block: 0;
    inset-inline-start: 0;
    width: 3px;
    background: var(--brand-text);
    content: "";
  }

  @media (forced-colors: active) {
    a[aria-current]::before {
      width: 6px;
      background: Highlight;
    }
  }

  li {
    position: relative;
  }

  .before {
    position: absolute;
    inset: var(--space-1) auto auto var(--space-2);
    z-index: 1;
    width: 3rem;
    height: 3rem;
    background: var(--surface);
    opacity: 0;
  }

  .before.is-shown,
  .before:focus-within {
    opacity: 1;
  }

  li:hover .before {
    background: var(--surface-hover);
  }

  li:has(a[aria-current]) .before {
    background: var(--surface-selected);
  }

  @media (hover: hover) {
    li:hover .before {
      opacity: 1;
    }
  }

  @media (hover: none) {
    .before:not(.is-shown) {
      display: none;
    }
  }

  person-avatar {
    grid-area: avatar;
    align-self: start;
    margin-block-start: 2px;

    --avatar-size: 2.5rem;
  }

  a[aria-current] person-avatar[of="client"] {
    background: var(--surface);
  }

  .name {
    grid-area: name;
    overflow: hidden;
    color: var(--ink-soft);
    font-size: var(--text-s);
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .title {
    grid-area: title;
    overflow: hidden;
    font-weight: 500;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .line {
    grid-area: line;
    overflow: hidden;
    color: var(--ink-soft);
    font-size: var(--text-s);
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  relative-time {
    grid-area: time;
    justify-self: end;
    color: var(--ink-soft);
    font-size: var(--text-xs);
    font-variant-numeric: tabular-nums;
  }

  /* An empty line keeps its height, and so does a row without a number. */
  .name,
  .title,
  .line {
    min-height: 1lh;
  }

  .marks {
    display: flex;
    min-height: 1.5rem;
    grid-area: badge;
    align-self: center;
    justify-self: end;
    gap: var(--space-1);
    align-items: center;
  }

  .marks .icon {
    width: 1rem;
    height: 1rem;
    color: var(--ink-soft);
  }

  unread-badge[count="0"] {
    display: none;
  }

  .mark {
    padding: 0 0.45em;
    border: 1px solid currentcolor;
    border-radius: var(--radius-full);
    color: var(--ink-soft);
    font-size: 0.6875rem;
    font-weight: 600;
    line-height: 1.55;
  }

  .is-unread .title,
  .is-unread .line {
    color: var(--ink);
    font-weight: 700;
  }

  .is-unread relative-time {
    color: var(--accent);
    font-weight: 700;
  }

  .more {
    display: block;
    margin: var(--space-4) auto;
  }
`;
