/**
 * Write what browsers load into `core/bundles/`: for each page one script and what it shares with others, one style sheet,
 * and `manifest.json`, which core/web/bundles.py reads. Every name holds a hash of the content.
 *
 * With `--if-changed`, do nothing while the sources are those of the manifest. `--out=FOLDER` writes elsewhere.
 */

import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { parseArgs, promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

import { build } from "esbuild";

import { pages, textsOf, vendored } from "./plugins.js";
import { GROUPS, LANGUAGES, ROOT, STYLES, WORKER, digestOfSources, fileOf } from "./sources.js";

/**
 * @import { BuildOptions, Metafile } from "esbuild"
 * @typedef {{ script: string, preloads: string[], later: string[] }} Page
 */

const { values: asked } = parseArgs({ options: { "if-changed": { type: "boolean" }, out: { type: "string" } } });
const OUT = asked.out ?? `${ROOT}core/bundles`;
const MANIFEST = `${OUT}/manifest.json`;
// A page that is open during an update may still ask for a file of before.
const KEEP_OLD_MS = 30 * 24 * 60 * 60 * 1000;

/** @type {BuildOptions & { metafile: true }} */
const COMMON = {
  absWorkingDir: ROOT,
  bundle: true,
  minify: true,
  metafile: true,
  outdir: OUT,
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  target: "es2022",
  charset: "utf8",
  // The licences of Lit and noble hashes, in a file beside.
  legalComments: "linked",
  logLevel: "warning",
  // Asked for by developer tools alone. With it, the trace of an error names the source.
  sourcemap: "linked",
};

/** @param {string} language @param {string[]} names of pages */
async function scriptsIn(language, names) {
  const { metafile } = await build({
    ...COMMON,
    entryPoints: names.map((name) => ({ in: `page:${name}`, out: name })),
    format: "esm",
    splitting: true,
    plugins: [pages, vendored, textsOf(language)],
  });
  return metafile;
}

async function styles() {
  const contents = STYLES.map((path) => `@import ${JSON.stringify(fileOf(path))};`).join("\n");
  const { metafile } = await build({
    ...COMMON,
    stdin: { contents, loader: "css", resolveDir: ROOT, sourcefile: "app.css" },
    loader: { ".svg": "file" },
    // Of stdin, esbuild names the entry "stdin".
    entryNames: "app-[hash]",
  });
  return metafile;
}

/** What the service worker sends by, which core/web/bundles.py gives it: a worker with imports is not known to all browsers. */
async function worker() {
  const { metafile } = await build({
    ...COMMON,
    entryPoints: [{ in: fileOf(WORKER), out: "worker" }],
    format: "iife",
    globalName: "outboxWorker",
    sourcemap: false,
    // For pages without SubtleCrypto, which have no service worker either.
    external: ["@noble/hashes/*"],
  });
  return metafile;
}

/** @param {Metafile} metafile @returns {Record<string, Page>} */
function pagesOf({ outputs }) {
  const entries = Object.entries(outputs).filter(([, { entryPoint }]) => entryPoint?.startsWith("page:"));
  return Object.fromEntries(
    entries.map(([file, { entryPoint = "" }]) => {
      const first = reached(outputs, [file], ["import-statement"]);
      const all = reached(outputs, [file], ["import-statement", "dynamic-import"]);
      const later = all.filter((name) => !first.includes(name));
      return [entryPoint.slice("page:".length), { script: nameOf(file), preloads: first.slice(1).map(nameOf), later: later.map(nameOf) }];
    }),
  );
}

/**
 * Return the files that a file imports, itself first.
 *
 * @param {Metafile["outputs"]} outputs
 * @param {string[]} found
 * @param {string[]} kinds
 */
function reached(outputs, found, kinds) {
  for (const file of found) {
    const imported = outputs[file]?.imports.filter(({ kind }) => kinds.includes(kind)) ?? [];
    found.push(...new Set(imported.map(({ path }) => path).filter((path) => !found.includes(path))));
  }
  return found;
}

/** @param {string} file */
function nameOf(file) {
  return file.slice(file.lastIndexOf("/") + 1);
}

/** Write the files that WhiteNoise sends compressed. A name says the content, so what is there stays. @param {string} name */
async function compress(name) {
  const content = readFileSync(`${OUT}/${name}`);
  const written = {
    br: await promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
    gz: await promisify(gzip)(content, { level: 9 }),
  };
  for (const [ending, bytes] of Object.entries(written)) {
    replace(`${OUT}/${name}.${ending}`, bytes);
  }
}

/** @param {string} file @param {string | Uint8Array} content */
function replace(file, content) {
  writeFileSync(`${file}.new-${process.pid}`, content);
  renameSync(`${file}.new-${process.pid}`, file);
}

/** @param {Set<string>} current */
function removeOld(current) {
  for (const name of readdirSync(OUT).filter((each) => !each.startsWith("."))) {
    const isCurrent = current.has(name.replace(/\.(br|gz|map|LEGAL\.txt)$/, ""));
    if (!isCurrent && Date.now() - statSync(`${OUT}/${name}`).mtimeMs > KEEP_OLD_MS) rmSync(`${OUT}/${name}`, { force: true });
  }
}

/** @param {string} sources the digest of the sources */
async function publish(sources) {
  const scripts = LANGUAGES.flatMap((language) => GROUPS.map((names) => ({ language, built: scriptsIn(language, names) })));
  const metafiles = await Promise.all([styles(), worker(), ...scripts.map(({ built }) => built)]);
  const outputs = metafiles.flatMap((metafile) => Object.keys(metafile.outputs).map(nameOf));
  const files = new Set(outputs.filter((name) => !/\.(map|txt)$/.test(name)));
  await Promise.all([...files].map(compress));
  const manifest = {
    sources,
    styles: [...files].filter((name) => name.endsWith(".css")),
    images: [...files].filter((name) => name.endsWith(".svg")),
    worker: [...files].find((name) => name.startsWith("worker-")),
    languages: await byLanguage(scripts),
  };
  replace(MANIFEST, JSON.stringify(manifest, null, 1));
  removeOld(new Set([...files, "manifest.json"]));
}

/** @param {{ language: string, built: Promise<Metafile> }[]} scripts @returns {Promise<Record<string, Record<string, Page>>>} */
async function byLanguage(scripts) {
  /** @type {Record<string, Record<string, Page>>} */
  const found = {};
  for (const { language, built } of scripts) found[language] = { ...found[language], ...pagesOf(await built) };
  return found;
}

function sourcesOfManifest() {
  try {
    return JSON.parse(readFileSync(MANIFEST, "utf8")).sources;
  } catch {
    return null;
  }
}

const sources = digestOfSources();
mkdirSync(OUT, { recursive: true });
if (!asked["if-changed"] || sourcesOfManifest() !== sources) await publish(sources);
