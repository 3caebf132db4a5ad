import { css } from "lit";

/** Four lines, whatever a row says: the list takes all rows to be equally high. */
export const staffRowStyles = css`
  :host {
    display: grid;
    grid-template: "avatar who time" auto "avatar title badge" 1.5rem "avatar line files" auto "avatar state state" 1.5rem / 2rem minmax(0, 1fr) auto;
    column-gap: var(--space-3);
    align-items: center;
  }

  .client-avatar {
    grid-area: avatar;
    align-self: start;
    margin-block-start: 2px;
  }

  .who,
  .title,
  .line,
  .wait span {
    overflow: hidden;
    min-height: 1lh;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .who {
    grid-area: who;
    color: var(--ink-soft);
    font-size: var(--text-s);
  }

  .client {
    color: var(--ink);
    font-weight: 600;
  }

  .time {
    display: flex;
    grid-area: time;
    gap: var(--space-1);
    align-items: center;
    justify-self: end;
    color: var(--ink-soft);
    font-size: var(--text-xs);
    font-variant-numeric: tabular-nums;
  }

  .title {
    grid-area: title;
  }

  .line {
    grid-area: line;
    color: var(--ink-soft);
    font-size: var(--text-s);
  }

  .badge {
    grid-area: badge;
    justify-self: end;
  }

  .files {
    display: flex;
    grid-area: files;
    gap: 1px;
    align-items: center;
    justify-self: end;
    color: var(--ink-soft);
    font-size: var(--text-xs);
  }

  .state {
    display: flex;
    grid-area: state;
    gap: var(--space-2);
    align-items: center;
    min-width: 0;
  }

  .plate {
    flex: none;
    padding: 0 0.35em;
    border: 1px solid var(--line);
    border-radius: var(--radius-s);
    color: var(--ink-soft);
    font: 0.6875rem / 1.5 var(--font-plate);
  }

  .wait {
    display: flex;
    min-width: 0;
    gap: var(--space-1);
    align-items: center;
    color: var(--ink-soft);
    font-size: var(--text-xs);
    font-weight: 600;
  }

  .wait .icon,
  .time .icon,
  .files .icon {
    width: 0.875rem;
    height: 0.875rem;
  }

  .is-green {
    color: var(--success);
  }

  .is-amber {
    color: var(--note-strong);
  }

  .is-late {
    color: var(--danger);
  }

  .owner {
    display: flex;
    flex: none;
    gap: var(--space-1);
    align-items: center;
    margin-inline-start: auto;
    color: var(--ink-soft);
    font-size: var(--text-xs);
  }

  .owner person-avatar {
    --avatar-size: 1.25rem;
  }

  .owner.is-nobody {
    padding-inline: 0.4em;
    border: 1px dashed var(--line-strong);
    border-radius: var(--radius-s);
  }

  :host([unread]) .title,
  :host([unread]) .line {
    color: var(--ink);
    font-weight: 700;
  }

  :host([unread]) .line {
    font-weight: 600;
  }
`;
