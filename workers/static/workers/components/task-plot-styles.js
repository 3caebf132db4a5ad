import { css } from "lit";

/** Lines and bars differ by pattern as well as colour. */
export const plotStyles = css`
  .heading {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-2) var(--space-4);
    align-items: baseline;
  }

  ul {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-1) var(--space-3);
    margin-block-end: var(--space-2);
    color: var(--ink-soft);
    font-size: var(--text-s);
  }

  li {
    display: inline-flex;
    align-items: center;
    gap: 0.4em;
  }

  svg {
    display: block;
    width: 100%;
    height: auto;
    overflow: visible;
    touch-action: pan-y;
  }

  svg.key {
    flex: none;
    width: 18px;
  }

  text {
    fill: var(--ink-soft);
    font-size: 11px;
  }

  .grid {
    stroke: var(--line);
  }

  .c0 {
    --c: var(--brand-text);
  }

  .c1 {
    --c: var(--accent-line);
  }

  .c2 {
    --c: var(--success);
  }

  .c3 {
    --c: var(--note-line);
  }

  .c4 {
    --c: var(--ink-soft);
  }

  rect.bar {
    fill: var(--c);
  }

  rect.bar.is-failure,
  .key.is-failure {
    fill: url("#hatch");
  }

  .hatch-ground {
    fill: var(--danger);
  }

  .hatch-line {
    stroke: var(--surface);
    stroke-width: 2;
  }

  polyline,
  .key line {
    fill: none;
    stroke: var(--c);
    stroke-width: 2;
    stroke-linejoin: round;
  }

  .cursor {
    stroke: var(--ink);
    stroke-dasharray: 3 3;
  }

  .mark {
    stroke: var(--ink-faint);
  }

  output {
    display: block;
    min-height: 1.5em;
    color: var(--ink-soft);
    font-size: var(--text-s);
    font-variant-numeric: tabular-nums;
  }

  summary {
    display: inline-block;
    padding-block: var(--space-2);
    color: var(--brand-text);
    font-size: var(--text-s);
    cursor: pointer;
  }

  .scroll {
    max-height: 16rem;
    overflow: auto;
  }
`;
