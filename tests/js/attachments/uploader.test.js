import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";

import { ApiError, NetworkError } from "#core/api.js";
import { limits } from "../people.js";
import { Uploader } from "#attachments/uploads/uploader.js";

/** @import { Attachment, StoredFile } from "#attachments/types.js" */

const PART = 8;

/** @param {any} announced @param {Partial<Attachment>} [change] @returns {Attachment} */
function attachment({ id, name, size }, change = {}) {
  return {
    id, name, size, content_type: "", kind: "document", status: "scanning", verdict: "", reason: "", reason_code: "",
    width: null, height: null, placeholder: "", has_preview: false, location: "", shared_size: null, position: null,
    created_at: "", ...change,
  };
}

/** A server and a bucket in memory; `refuse` names what it answers to an announcement. */
function server() {
  /** @type {Map<string, any>} */
  const known = new Map();
  /** @type {{ number: number, size: number }[]} */
  const parts = [];
  const world = {
    known, parts,
    /** @type {string[]} */
    puts: [],
    isCut: false,
    /** @type {ApiError | null} */
    refusal: null,
    /** @type {string[]} */
    withdrawn: [],
    /** Addresses that lose their answer once. @type {string[]} */
    cutOnce: [],
    api: /** @type {any} */ ({
      announce: async (/** @type {any} */ asked) => {
        if (world.isCut) throw new NetworkError("cut");
        if (world.refusal) throw world.refusal;
        known.set(asked.id, asked);
        const isLarge = asked.size > PART;
        const upload = { method: isLarge ? "multipart" : "PUT", url: "whole", headers: {}, part_size: PART, part_count: 3 };
        return { ...attachment(asked, { status: "uploading" }), upload };
      },
      listParts: async (/** @type {string} */ id) => ({ part_size: PART, part_count: Math.ceil(known.get(id).size / PART), parts: [...parts] }),
      signParts: async (/** @type {string} */ _id, /** @type {{ number: number }[]} */ wanted) => ({
        parts: wanted.map(({ number }) => ({ number, size: PART, url: `part ${number}`, headers: {} })),
      }),
      complete: async (/** @type {string} */ id) => attachment(known.get(id)),
      getAttachment: async (/** @type {string} */ id) => attachment(known.get(id), { status: "ready" }),
      withdraw: async (/** @type {string} */ id) => (world.withdrawn.push(id), null),
    }),
    putBytes: /** @type {any} */ (async (/** @type {string} */ url, /** @type {any} */ _headers, /** @type {Blob} */ body) => {
      const cut = world.cutOnce.indexOf(url);
      if (cut >= 0) {
        world.cutOnce.splice(cut, 1);
        throw new NetworkError("cut");
      }
      world.puts.push(url);
      if (url.startsWith("part")) parts.push({ number: Number(url.slice(5)), size: body.size });
    }),
  };
  return world;
}

function memoryFileStore() {
  /** @type {Map<string, StoredFile>} */
  const files = new Map();
  return {
    files,
    put: async (/** @type {StoredFile} */ file) => (files.set(file.id, file), true),
    forget: async (/** @type {Pick<StoredFile, "id">} */ { id }) => void files.delete(id),
    all: async () => [...files.values()],
  };
}

/** @param {ReturnType<typeof server>} world @param {ReturnType<typeof memoryFileStore>} [fileStore] */
function uploaderOf(world, fileStore = memoryFileStore()) {
  return new Uploader("camille", { fileStore, api: world.api, putBytes: world.putBytes, measure: async () => null, limits });
}

/** @param {() => boolean} condition */
async function until(condition) {
  for (let tries = 0; !condition(); tries++) {
    if (tries > 400) throw new Error("it never came");
    await pause(5);
  }
}

/** @param {Uploader} uploader */
const steps = (uploader) => [...uploader.sendings.values()].map(({ step }) => step);

describe("a file on its way", () => {
  /** @type {ReturnType<typeof server>} */
  let world;

  test("a chosen file is uploaded at once and stored until its message has it", async () => {
    world = server();
    const fileStore = memoryFileStore();
    const uploader = uploaderOf(world, fileStore);

    uploader.choose("tiles", [new File(["plan"], "plan.txt")]);
    await until(() => steps(uploader)[0] === "sent");
    assert.equal(fileStore.files.size, 1);
    const [id] = uploader.release("tiles");

    await until(() => fileStore.files.size === 0);
    assert.deepEqual(uploader.of("tiles"), []);
    assert.deepEqual(await uploader.announced([id ?? ""]), [id]);
  });

  test("an upload sends only the missing parts after a cut", async () => {
    world = server();
    world.cutOnce = ["part 2"];
    const uploader = uploaderOf(world);

    uploader.choose("tiles", [new File(["x".repeat(2 * PART + 3)], "releve.txt")]);
    await until(() => steps(uploader)[0] === "waiting");
    assert.deepEqual(world.puts, ["part 1"]);
    uploader.wake();
    await until(() => steps(uploader)[0] === "sent");

    assert.deepEqual(world.puts, ["part 1", "part 2", "part 3"]);
  });

  test("bytes that the bucket has are not sent again when the cut came after them", async () => {
    world = server();
    const { complete } = world.api;
    world.api.complete = async () => {
      world.api.complete = complete;
      throw new NetworkError("cut");
    };
    const uploader = uploaderOf(world);

    uploader.choose("tiles", [new File(["plan"], "plan.txt")]);
    await until(() => steps(uploader)[0] === "waiting");
    uploader.wake();
    await until(() => steps(uploader)[0] === "sent");

    assert.deepEqual(world.puts, ["whole"]);
  });

  test("bytes that the server lacks are sent again", async () => {
    world = server();
    const { complete } = world.api;
    world.api.complete = async () => {
      world.api.complete = complete;
      throw new ApiError(409, [], null);
    };
    const uploader = uploaderOf(world);

    uploader.choose("tiles", [new File(["plan"], "plan.txt")]);
    await until(() => steps(uploader)[0] === "failed");
    const [id] = uploader.sendings.keys();
    uploader.retry(id ?? "");
    await until(() => steps(uploader)[0] === "sent");

    assert.deepEqual(world.puts, ["whole", "whole"]);
  });

  test("an upload left by a page is continued by the next page", async () => {
    world = server();
    world.isCut = true;
    const fileStore = memoryFileStore();
    const first = uploaderOf(world, fileStore);
    first.choose("tiles", [new File(["plan"], "plan.txt")]);
    await until(() => steps(first)[0] === "waiting");
    first.stop();

    world.isCut = false;
    const next = uploaderOf(world, fileStore);
    await next.resume();
    await until(() => steps(next)[0] === "sent");

    assert.equal(next.of("tiles").length, 1);
    assert.deepEqual(world.withdrawn, []);
  });

  test("a cancelled file is withdrawn and no longer stored", async () => {
    world = server();
    const fileStore = memoryFileStore();
    const uploader = uploaderOf(world, fileStore);
    uploader.choose("tiles", [new File(["plan"], "plan.txt")]);
    await until(() => steps(uploader)[0] === "sent");
    const id = uploader.of("tiles")[0]?.id ?? "";

    uploader.remove(id);

    assert.equal(uploader.sendings.size, 0);
    await until(() => world.withdrawn.length === 1 && fileStore.files.size === 0);
    assert.deepEqual(world.withdrawn, [id]);
  });

  test("a file cancelled during its completion is withdrawn after the answer", async () => {
    world = server();
    /** @type {(answer: any) => void} */
    let answer = () => {};
    world.api.complete = () => new Promise((resolve) => (answer = resolve));
    const uploader = uploaderOf(world);
    uploader.choose("tiles", [new File(["plan"], "plan.txt")]);
    await until(() => world.puts.length === 1 && answer.length === 1);
    const id = uploader.of("tiles")[0]?.id ?? "";

    uploader.remove(id);
    await pause(20);
    assert.deepEqual(world.withdrawn, []);
    answer(attachment(world.known.get(id)));

    await until(() => world.withdrawn.length === 1);
    assert.equal(uploader.of("tiles").length, 0);
  });

  test("a file cancelled just after its last byte is not completed", async () => {
    world = server();
    let isTold = false;
    world.api.complete = async () => (isTold = true);
    const { putBytes } = world;
    world.putBytes = async (/** @type {any[]} */ ...given) => {
      await putBytes(...given);
      uploader.remove(uploader.of("tiles")[0]?.id ?? "");
    };
    const uploader = uploaderOf(world);

    uploader.choose("tiles", [new File(["plan"], "plan.txt")]);
    await until(() => world.puts.length === 1);
    await pause(20);

    assert.equal(isTold, false);
  });

  test("a file refused by the server shows the reason and stays out of the message", async () => {
    world = server();
    world.refusal = new ApiError(415, [{ code: "type_not_allowed", detail: "Ce type ne va pas.", attr: null }], null);
    const uploader = uploaderOf(world);

    uploader.choose("tiles", [new File(["plan"], "plan.txt")]);
    await until(() => steps(uploader)[0] === "failed");

    assert.equal(uploader.of("tiles")[0]?.error, "Ce type ne va pas.");
    assert.deepEqual(uploader.release("tiles"), []);
  });

  test("a file over the daily limit shows the reason at once", async () => {
    world = server();
    world.refusal = new ApiError(429, [{ code: "daily_volume_reached", detail: "Envoyez le reste demain.", attr: null }], 86_400);
    const uploader = uploaderOf(world);

    uploader.choose("tiles", [new File(["plan"], "plan.txt")]);
    await until(() => steps(uploader)[0] === "failed");

    assert.equal(uploader.of("tiles")[0]?.error, "Envoyez le reste demain.");
  });

  test("a file blocked by the scan shows the reason and stays out of the message", async () => {
    world = server();
    const uploader = uploaderOf(world);
    uploader.choose("tiles", [new File(["plan"], "plan.txt")]);
    await until(() => steps(uploader)[0] === "sent");
    const chosen = uploader.of("tiles")[0];

    uploader.settle(attachment(chosen, { status: "blocked", reason: "Un virus." }));

    assert.equal(uploader.of("tiles")[0]?.server?.reason, "Un virus.");
    assert.deepEqual(uploader.release("tiles"), []);
  });

  test("a file of a sent message is not offered to the next message", async () => {
    world = server();
    const uploader = uploaderOf(world);
    uploader.choose("new", [new File(["plan"], "plan.txt")]);
    await until(() => steps(uploader)[0] === "sent");

    uploader.settle(attachment(uploader.of("new")[0], { position: 0 }));

    assert.deepEqual(uploader.of("new"), []);
    assert.deepEqual(world.withdrawn, []);
  });

  test("photos are uploaded again with their location, in the same order", async () => {
    world = server();
    const uploader = uploaderOf(world);
    uploader.choose("tiles", [new File(["1"], "un.jpg"), new File(["2"], "plan.pdf"), new File(["3"], "deux.jpg")]);
    await until(() => steps(uploader).every((step) => step === "sent"));

    uploader.keepLocation("tiles", true);
    await until(() => steps(uploader).every((step) => step === "sent"));

    assert.deepEqual(uploader.of("tiles").map(({ name, keepsLocation }) => [name, keepsLocation]), [
      ["un.jpg", true], ["plan.pdf", false], ["deux.jpg", true],
    ]);
    assert.equal(world.withdrawn.length, 2);
  });

  test("files of a message that was not sent go to the next one, from this page or from the server", async () => {
    world = server();
    const fileStore = memoryFileStore();
    const uploader = uploaderOf(world, fileStore);
    uploader.choose("tiles", [new File(["plan"], "plan.txt")]);
    await until(() => steps(uploader)[0] === "sent");
    const [id = ""] = uploader.release("tiles");
    await until(() => fileStore.files.size === 0);

    await uploader.reclaim("tiles", [id]);
    assert.deepEqual(uploader.release("tiles"), [id]);
    await until(() => fileStore.files.size === 0);

    const nextPage = uploaderOf(world, fileStore);
    await nextPage.reclaim("tiles", [id]);
    assert.deepEqual(nextPage.of("tiles").map(({ name, size, step }) => [name, size, step]), [["plan.txt", 4, "sent"]]);

    const pageAfter = uploaderOf(world, fileStore);
    await pageAfter.resume();
    assert.deepEqual(pageAfter.release("tiles"), [id]);
  });

  test("an analysed file stays while a message that is not sent needs it", async () => {
    world = server();
    let isNeeded = true;
    const uploader = new Uploader("camille", { fileStore: memoryFileStore(), api: world.api, putBytes: world.putBytes, measure: async () => null, limits, isNeeded: () => isNeeded });
    uploader.choose("tiles", [new File(["plan"], "plan.txt")]);
    await until(() => steps(uploader)[0] === "sent");
    const [id] = uploader.release("tiles");
    const analysed = attachment({ id, name: "plan.txt", size: 4 }, { status: "ready" });

    uploader.settle(analysed);
    assert.equal(uploader.sendings.size, 1);

    isNeeded = false;
    uploader.settle(analysed);
    assert.equal(uploader.sendings.size, 0);
  });
});
