/** What a portal has in its database: here one file, written before a request is answered. */
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";

const MOST_IDS = 10_000;

export class Store {
  /** @param {string} folder */
  constructor(folder) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.path = `${folder}/portal.json`;
    this.credential = "";
    this.webhook = { id: "", secret: "" };
    /** The person of each session. @type {Record<string, string>} */
    this.sessions = {};
    /** How many new messages each person has. @type {Record<string, number>} */
    this.news = {};
    /** The ids of the events that were counted. @type {string[]} */
    this.counted = [];
    if (existsSync(this.path)) Object.assign(this, JSON.parse(readFileSync(this.path, "utf8")));
  }

  save() {
    const { path, ...kept } = this;
    writeFileSync(`${path}.new`, JSON.stringify(kept), { mode: 0o600 });
    chmodSync(`${path}.new`, 0o600);
    renameSync(`${path}.new`, path);
  }

  /** Count an event for people, once. @param {string} id @param {string[]} people */
  count(id, people) {
    if (this.counted.includes(id)) return;
    this.counted = [...this.counted, id].slice(-MOST_IDS);
    for (const person of people) this.news[person] = (this.news[person] ?? 0) + 1;
    this.save();
  }
}
