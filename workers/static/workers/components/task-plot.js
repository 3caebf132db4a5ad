import { LitElement, html, nothing, svg } from "lit";

import { labelled, list } from "#core/numbers.js";

import { axisTime, duration, exact, number } from "../format.js";
import { t } from "../i18n/index.js";
import { HEIGHT, INNER_HEIGHT, PAD, roundUp, yOf } from "./plot-scale.js";
import { plotStyles } from "./task-plot-styles.js";
import { taskStyles } from "./task-styles.js";

/**
 * @import { Series } from "../types.js"
 * @typedef {{ name: string, values: number[] }} Line
 */

// Used until the element knows its width.
const FIRST_WIDTH = 720;
const TIME_LABEL_WIDTH = 110;
// Of the name of a version beside its mark.
const MARK_WIDTH = 50;
// One dash pattern per line, so that they differ without colour.
const DASHES = ["", "6 4", "2 3", "10 3 2 3", "14 4"];
const LOOKS = DASHES.length;

/**
 * A plot over time: stacked bars or lines, with axes, a legend, values by keyboard or pointer, marks of new versions,
 * and the same numbers as a table.
 *
 * @property {Series} series the axis of time and the marks
 * @property {Line[]} lines
 * @property {boolean} stacked shows bars instead of lines; the last one counts failures
 * @property {string} heading
 * @property {string} unit of the vertical axis
 */
export class TaskPlot extends LitElement {
  static properties = {
    series: { attribute: false },
    lines: { attribute: false },
    stacked: { type: Boolean },
    heading: {},
    unit: {},
    index: { state: true },
    width: { state: true },
  };

  static styles = [taskStyles, plotStyles];

  #sizes = new ResizeObserver(() => this.#measure());

  constructor() {
    super();
    /** @type {Series | null} */
    this.series = null;
    /** @type {Line[]} */
    this.lines = [];
    this.stacked = false;
    this.heading = "";
    this.unit = "";
    /** @type {number | null} */
    this.index = null;
    this.width = FIRST_WIDTH;
  }

  /** @override */
  connectedCallback() {
    super.connectedCallback();
    this.#sizes.observe(this);
  }

  /** @override */
  disconnectedCallback() {
    this.#sizes.disconnect();
    super.disconnectedCallback();
  }

  #measure() {
    const plot = this.renderRoot.querySelector("svg.plot");
    if (plot) this.width = Math.round(plot.getBoundingClientRect().width);
  }

  get #innerWidth() {
    return this.width - PAD.left - PAD.right;
  }

  get #steps() {
    return this.series?.at.length ?? 0;
  }

  get #top() {
    const totals = Array.from({ length: this.#steps }, (_, i) =>
      this.stacked ? this.#sumAt(i) : Math.max(0, ...this.lines.map(({ values }) => values[i] ?? 0)),
    );
    return roundUp(Math.max(1, ...totals));
  }

  /** @param {number} index */
  #sumAt(index) {
    return this.lines.reduce((sum, { values }) => sum + (values[index] ?? 0), 0);
  }

  /** @override */
  render() {
    const series = this.series;
    if (!series) return nothing;
    return html`<section>
      <div class="heading">
        <h2>${this.heading}</h2>
        <ul>
          ${this.lines.map((line, i) => html`<li>${this.#key(i)} ${line.name}</li>`)}
        </ul>
      </div>
      <svg
        class="plot"
        viewBox="0 0 ${this.width} ${HEIGHT}"
        tabindex="0"
        role="img"
        aria-label=${this.#summary()}
        @keydown=${this.#onKey}
        @pointermove=${this.#onPointer}
        @pointerleave=${() => (this.index = null)}
        @blur=${() => (this.index = null)}
      >
        <defs>
          <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <rect class="hatch-ground" width="6" height="6"></rect>
            <line class="hatch-line" x1="0" y1="0" x2="0" y2="6"></line>
          </pattern>
        </defs>
        ${this.#axes(series)} ${this.stacked ? this.#bars() : this.#polylines()} ${this.#marks(series)} ${this.#cursor()}
      </svg>
      <output aria-live="polite">${this.index === null ? t("plotHint") : this.#readout(series, this.index)}</output>
      <details>
        <summary>${t("plotTable")}</summary>
        ${this.#table(series)}
      </details>
    </section>`;
  }

  /** @param {number} i */
  #key(i) {
    const isFailure = this.stacked && i === this.lines.length - 1;
    return svg`<svg class="key c${i % LOOKS}" width="18" height="10" viewBox="0 0 18 10" aria-hidden="true">
      ${
        this.stacked
          ? svg`<rect class="bar ${isFailure ? "is-failure" : ""}" width="18" height="10"></rect>`
          : svg`<line x1="0" x2="18" y1="5" y2="5" stroke-dasharray=${DASHES[i % LOOKS] ?? ""}></line>`
      }
    </svg>`;
  }

  /** @param {Series} series */
  #axes(series) {
    const top = this.#top;
    const labels = Math.max(1, Math.floor(this.#innerWidth / TIME_LABEL_WIDTH));
    const every = Math.max(1, Math.ceil(this.#steps / labels));
    return svg`
      <text x="0" y="10">${this.unit}</text>
      ${[0, 0.5, 1].map(
        (share) => svg`
          <line class="grid" x1=${PAD.left} x2=${this.width - PAD.right} y1=${yOf(share)} y2=${yOf(share)}></line>
          <text x=${PAD.left - 6} y=${yOf(share) + 4} text-anchor="end">${number(top * share, 1)}</text>`,
      )}
      ${series.at.map((at, i) =>
        i % every === 0
          ? svg`<text x=${this.#x(i)} y=${HEIGHT - 6}>${axisTime(at, series.step_seconds)}</text>`
          : nothing,
      )}`;
  }

  #bars() {
    const width = Math.max(1, this.#innerWidth / this.#steps - 1);
    return Array.from({ length: this.#steps }, (_, i) => {
      let under = 0;
      return this.lines.map(({ values }, which) => {
        const value = values[i] ?? 0;
        if (!value) return nothing;
        const height = Math.max(1.5, (value / this.#top) * INNER_HEIGHT);
        const y = yOf(0) - under - height;
        under += height;
        const isFailure = which === this.lines.length - 1;
        return svg`<rect class="bar c${which} ${isFailure ? "is-failure" : ""}" x=${this.#x(i)} y=${y}
          width=${width} height=${height}></rect>`;
      });
    });
  }

  #polylines() {
    return this.lines.map(
      ({ values }, which) => svg`<polyline class="c${which % LOOKS}" stroke-dasharray=${DASHES[which % LOOKS] ?? ""}
        points=${values.map((value, i) => `${this.#x(i)},${yOf(value / this.#top)}`).join(" ")}></polyline>`,
    );
  }

  /** @param {Series} series */
  #marks(series) {
    const start = new Date(series.at[0] ?? 0).getTime();
    const span = series.step_seconds * 1_000 * this.#steps;
    let free = 0;
    return series.marks.map(({ at, version }) => {
      const x = PAD.left + ((new Date(at).getTime() - start) / span) * this.#innerWidth;
      // Put the name before its line if it would leave the plot. Leave it out if it would cover the one before.
      const from = x + MARK_WIDTH > this.width - PAD.right ? x - MARK_WIDTH : x + 3;
      const hasRoom = from >= free;
      if (hasRoom) free = from + MARK_WIDTH;
      return svg`<g><title>${t("mark", { version })}</title>
        <line class="mark" x1=${x} x2=${x} y1=${PAD.top} y2=${yOf(0)}></line>
        ${hasRoom ? svg`<text x=${from} y=${PAD.top + 8}>${version.split("+").at(-1)?.slice(0, 7)}</text>` : nothing}</g>`;
    });
  }

  #cursor() {
    if (this.index === null) return nothing;
    const x = this.#x(this.index) + this.#innerWidth / this.#steps / 2;
    return svg`<line class="cursor" x1=${x} x2=${x} y1=${PAD.top} y2=${yOf(0)}></line>`;
  }

  /** @param {Series} series */
  #table(series) {
    return html`<div class="scroll" tabindex="0" role="group" aria-label=${this.heading}>
      <table>
        <thead>
          <tr>
            <th>${t("time")}</th>
            ${this.lines.map(({ name }) => html`<th class="number">${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${series.at.map(
            (at, i) => html`<tr>
              <td>${exact(at)}</td>
              ${this.lines.map(({ values }) => html`<td class="number">${number(values[i] ?? 0)}</td>`)}
            </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }

  #summary() {
    const totals = this.lines.map(({ name, values }) => `${name} ${number(values.reduce((a, b) => Math.max(a, b), 0))}`);
    return labelled(`${this.heading} (${this.unit}, max)`, list(totals));
  }

  /** @param {Series} series @param {number} index */
  #readout(series, index) {
    const values = this.lines.map(({ name, values }) => `${name} ${number(values[index] ?? 0)}`);
    return `${exact(series.at[index] ?? null)} · ${values.join(" · ")}`;
  }

  /** @param {number} index */
  #x(index) {
    return PAD.left + (index / this.#steps) * this.#innerWidth;
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const from = this.index ?? (by > 0 ? -1 : this.#steps);
    this.index = Math.min(this.#steps - 1, Math.max(0, from + by));
  }

  /** @param {PointerEvent} event */
  #onPointer(event) {
    const box = /** @type {SVGElement} */ (event.currentTarget).getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * this.width - PAD.left;
    const index = Math.floor((x / this.#innerWidth) * this.#steps);
    this.index = index >= 0 && index < this.#steps ? index : null;
  }
}

/** Return the length of one step. @param {Series} series */
export const stepWords = (series) => duration(series.step_seconds);

customElements.define("task-plot", TaskPlot);
