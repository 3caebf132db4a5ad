/** @import { LitElement, ReactiveController } from "lit" */

// As long as the systems of phones wait.
const LONG_PRESS_MS = 450;
// A finger that rests moves by less.
const STILL_PX = 10;
// A swipe this long answers.
const SWIPE_PX = 56;
// There, a swipe belongs to the browser: it goes back.
const EDGE_PX = 24;

/**
 * What a finger does on a message: a long press opens its menu, a swipe answers it. A mouse has its own button.
 *
 * @implements {ReactiveController}
 */
export class MessageGestures {
  /** @type {{ id: number, x: number, y: number } | null} */
  #start = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** A long press has opened the menu: the tap that ends it means nothing else. */
  #wasLong = false;

  /**
   * @param {LitElement} host
   * @param {{ onMenu: (point: { x: number, y: number }) => void, onSwipe: () => void, canSwipe: () => boolean }} options
   */
  constructor(host, options) {
    this.host = host;
    this.options = options;
    host.addController(this);
  }

  hostConnected() {
    const { host } = this;
    host.addEventListener("pointerdown", this.#onDown);
    host.addEventListener("pointermove", this.#onMove);
    host.addEventListener("pointerup", this.#onUp);
    host.addEventListener("pointercancel", this.#end);
    host.addEventListener("click", this.#onClick, { capture: true });
  }

  hostDisconnected() {
    this.#end();
  }

  /** @param {PointerEvent} event */
  #onDown = ({ pointerType, isPrimary, pointerId: id, clientX: x, clientY: y }) => {
    this.#end();
    this.#wasLong = false;
    if (pointerType !== "touch" || !isPrimary) return;
    this.#start = { id, x, y };
    this.#timer = setTimeout(() => this.#onLongPress({ x, y }), LONG_PRESS_MS);
  };

  /** @param {PointerEvent} event */
  #onMove = ({ clientX, clientY }) => {
    if (!this.#start) return;
    const [across, along] = [clientX - this.#start.x, clientY - this.#start.y];
    if (Math.hypot(across, along) > STILL_PX) clearTimeout(this.#timer);
    const isSwipe = across > STILL_PX && across > 2 * Math.abs(along) && this.#start.x > EDGE_PX && this.options.canSwipe();
    this.#shift(isSwipe ? Math.min(across, SWIPE_PX + STILL_PX) : 0);
  };

  /** @param {PointerEvent} event */
  #onUp = ({ clientX, clientY }) => {
    const start = this.#start;
    this.#end();
    if (!start || this.#wasLong) return;
    const [across, along] = [clientX - start.x, clientY - start.y];
    const isSwipe = across > SWIPE_PX && across > 2 * Math.abs(along) && start.x > EDGE_PX;
    if (isSwipe && this.options.canSwipe()) this.options.onSwipe();
  };

  /** @param {MouseEvent} event */
  #onClick = (event) => {
    if (!this.#wasLong) return;
    this.#wasLong = false;
    event.preventDefault();
    event.stopPropagation();
  };

  /** @param {{ x: number, y: number }} point */
  #onLongPress(point) {
    this.#end();
    this.#wasLong = true;
    navigator.vibrate?.(10);
    this.options.onMenu(point);
  }

  #end = () => {
    clearTimeout(this.#timer);
    this.#start = null;
    this.#shift(0);
  };

  /** @param {number} px */
  #shift(px) {
    this.host.style.translate = px > 0 ? `${px}px` : "";
  }
}
