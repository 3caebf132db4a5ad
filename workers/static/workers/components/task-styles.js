import { css } from "lit";

import { shared } from "#core/shared-styles.js";

/** The styles shared by the panels: sections, tables that become cards on a phone, states. */
export const taskStyles = [
  shared,
  css`
    :host {
      display: block;
      min-width: 0;
    }

    a {
      color: var(--brand-text);
    }

    section {
      padding: var(--space-4);
      border: 1px solid var(--line);
      border-radius: var(--radius-l);
      background: var(--surface);
    }

    h2 {
      margin-block-end: var(--space-3);
      font-size: var(--text-l);
      letter-spacing: -0.01em;
    }

    table {
      width: 100%;
      border-collapse: collapse;
      font-size: var(--text-s);
      font-variant-numeric: tabular-nums;
    }

    th {
      padding: var(--space-1) var(--space-3) var(--space-2) 0;
      color: var(--ink-soft);
      font-weight: 600;
      text-align: start;
      vertical-align: bottom;
      white-space: nowrap;
    }

    td {
      padding: var(--space-2) var(--space-3) var(--space-2) 0;
      border-block-start: 1px solid var(--line);
      vertical-align: top;
    }

    th.number,
    td.number {
      text-align: end;
      white-space: nowrap;
    }

    .soft {
      color: var(--ink-soft);
    }

    .strong {
      font-weight: 600;
    }

    .wrong {
      color: var(--danger);
    }

    .words {
      min-width: 12rem;
      overflow-wrap: anywhere;
    }

    .buttons {
      display: flex;
      flex-wrap: wrap;
      gap: var(--space-1);
      justify-content: flex-end;
    }

    .small {
      min-height: 2rem;
      padding-inline: var(--space-3);
      font-size: var(--text-s);
    }

    .state {
      display: inline-flex;
      align-items: center;
      gap: 0.4em;
      font-weight: 600;
      white-space: nowrap;
    }

    /* States differ by shape as well as colour: filled, hollow, crossed. */
    .state::before {
      flex: none;
      width: 0.7em;
      height: 0.7em;
      border: 2px solid currentcolor;
      border-radius: var(--radius-full);
      content: "";
    }

    .state.good {
      color: var(--success);
    }

    .state.good::before {
      background: currentcolor;
    }

    .state.bad {
      color: var(--danger);
    }

    .state.bad::before {
      border-radius: 0;
      background: currentcolor;
      transform: rotate(45deg);
    }

    .state.calm {
      color: var(--brand-text);
    }

    .state.idle {
      color: var(--ink-soft);
    }

    .empty {
      padding-block: var(--space-4);
      color: var(--ink-soft);
    }

    @media (max-width: 47.99rem) {
      section {
        padding: var(--space-3) var(--space-4);
        border-inline: 0;
        border-radius: 0;
      }

      .small {
        min-height: var(--touch);
      }

      table.cards,
      table.cards tbody,
      table.cards tr,
      table.cards td {
        display: block;
      }

      table.cards thead {
        position: absolute;
        width: 1px;
        height: 1px;
        overflow: hidden;
        clip-path: inset(50%);
      }

      table.cards tr {
        padding-block: var(--space-3);
        border-block-start: 1px solid var(--line);
      }

      table.cards td {
        display: flex;
        gap: var(--space-3);
        justify-content: space-between;
        padding: 2px 0;
        border: 0;
        text-align: end;
        white-space: normal;
      }

      table.cards td[data-label]:empty {
        display: none;
      }

      table.cards td[data-label]::before {
        flex: none;
        color: var(--ink-soft);
        content: attr(data-label);
      }

      table.cards td.head {
        display: block;
        font-size: var(--text-m);
        text-align: start;
      }

      .buttons {
        width: 100%;
        justify-content: stretch;
      }

      .buttons > * {
        flex: 1;
      }
    }
  `,
];

/** @type {Record<string, "good" | "bad" | "calm" | "idle">} how each state looks */
export const TONES = {
  succeeded: "good", alive: "good", ok: "good",
  failed: "bad", dead: "bad", lost: "bad", failing: "bad", late: "bad",
  running: "calm", waiting: "calm", retrying: "calm", quiet: "calm",
  scheduled: "idle", nothing: "idle", stopped: "idle", disabled: "idle",
};
