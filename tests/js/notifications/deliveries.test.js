import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { Deliveries } from "#notifications/deliveries.js";

import { camille, odile } from "../people.js";

/** @import { Person } from "#core/types.js" */
/** @import { PersonDelivery } from "#notifications/types.js" */

/** @param {Person} person @param {PersonDelivery["state"]} state @returns {PersonDelivery} */
const told = (person, state) => ({ person, state, at: null, reason: "", cause: "" });

/** @param {number} ms */
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function started() {
  const page = new EventTarget();
  /** @type {[string, number, number][]} */
  const questions = [];
  const deliveries = new Deliveries({
    target: page,
    ask: async (conversation, first, last) => {
      questions.push([conversation, first, last]);
      return { results: [{ message: `m${first}`, deliveries: [told(camille, "sent"), told(odile, "sent")] }] };
    },
  });
  /** @param {string} type @param {object} data */
  const live = (type, data) => page.dispatchEvent(new CustomEvent("live-event", { detail: { type, data } }));
  return { deliveries, questions, live, page };
}

/** @param {Deliveries} deliveries @param {number} seq */
function watch(deliveries, seq, conversation = "tiles") {
  deliveries.watch({ conversation, id: `m${seq}`, seq });
}

/** @param {Deliveries} deliveries @param {string} id */
const states = (deliveries, id) => deliveries.of(id)?.map(({ state }) => state);

describe("Deliveries", () => {
  it("deliveries of a page of history are asked for once", async () => {
    const { deliveries, questions } = started();

    for (let seq = 60; seq > 10; seq--) watch(deliveries, seq);
    watch(deliveries, 3, "fence");
    await wait(100);

    assert.deepEqual(questions.toSorted(), [["fence", 3, 3], ["tiles", 11, 60]]);
  });

  it("deliveries are asked for in spans that the server allows", async () => {
    const { deliveries, questions } = started();

    for (const seq of [1, 150, 201, 900]) watch(deliveries, seq);
    await wait(100);

    assert.deepEqual(questions, [["tiles", 1, 1], ["tiles", 150, 201], ["tiles", 900, 900]]);
  });

  it("deliveries follow the events of the stream", async () => {
    const { deliveries, live } = started();
    watch(deliveries, 1);
    await wait(100);
    assert.deepEqual(states(deliveries, "m1"), ["sent", "sent"]);

    live("delivery.updated", { conversation: "tiles", message: "m1", deliveries: [told(camille, "received")] });
    assert.deepEqual(states(deliveries, "m1"), ["received"]);

    live("read.updated", { conversation: "tiles", user: camille.id, last_read_seq: 1 });
    assert.deepEqual(states(deliveries, "m1"), ["read"]);
  });

  it("an event during a request wins over the answer", async () => {
    const page = new EventTarget();
    /** @type {((answer: any) => void)[]} */
    const answers = [];
    const deliveries = new Deliveries({ target: page, ask: () => new Promise((resolve) => answers.push(resolve)) });
    watch(deliveries, 1);
    await wait(100);

    const data = { conversation: "tiles", message: "m1", deliveries: [told(camille, "undelivered")] };
    page.dispatchEvent(new CustomEvent("live-event", { detail: { type: "delivery.updated", data } }));
    answers[0]?.({ results: [{ message: "m1", deliveries: [told(camille, "sent")] }] });
    await wait(10);

    assert.deepEqual(states(deliveries, "m1"), ["undelivered"]);
  });

  it("a step that was reached stays when two workers report in the wrong order", async () => {
    const { deliveries, live } = started();
    watch(deliveries, 1);
    await wait(100);
    /** @param {PersonDelivery[]} people */
    const hear = (...people) => live("delivery.updated", { conversation: "tiles", message: "m1", deliveries: people });

    hear(told(camille, "emailed"), told(odile, "undelivered"));
    hear(told(camille, "sent"), told(odile, "sent"));
    assert.deepEqual(states(deliveries, "m1"), ["emailed", "sent"]);

    hear(told(camille, "undelivered"), told(odile, "undelivered"));
    assert.deepEqual(states(deliveries, "m1"), ["emailed", "undelivered"]);
  });

  it("an email that came back is shown after it was sent, and until another one left", async () => {
    const { deliveries, live } = started();
    watch(deliveries, 1);
    await wait(100);
    /** @param {PersonDelivery["state"]} state @param {string} at */
    const hear = (state, at) =>
      live("delivery.updated", { conversation: "tiles", message: "m1", deliveries: [{ ...told(camille, state), at }] });

    hear("emailed", "2026-11-18T09:00:00Z");
    hear("undelivered", "2026-11-18T09:01:00Z");
    hear("emailed", "2026-11-18T09:00:00Z");
    assert.deepEqual(states(deliveries, "m1"), ["undelivered"]);

    hear("emailed", "2026-11-18T09:05:00Z");
    hear("undelivered", "2026-11-18T09:01:00Z");
    assert.deepEqual(states(deliveries, "m1"), ["emailed"]);
  });

  it("deliveries of a message that left the screen are forgotten", async () => {
    const { deliveries, live } = started();
    watch(deliveries, 1);
    await wait(100);

    deliveries.forget("m1");
    live("delivery.updated", { conversation: "tiles", message: "m1", deliveries: [told(camille, "received")] });

    assert.equal(deliveries.of("m1"), null);
  });

  it("deliveries on screen are asked for again after events may have been missed", async () => {
    const { deliveries, questions, live, page } = started();
    watch(deliveries, 1);
    await wait(100);

    page.dispatchEvent(new Event("live-open"));
    await wait(100);
    live("resync", {});
    await wait(100);

    assert.equal(questions.length, 3);
  });
});
