/**
 * Write the npm package `liaison-elements` into `dist/liaison-elements/`: one ES module, its types, `custom-elements.json`, licences and
 * README. `make package` packs it. `--out=FOLDER` writes elsewhere.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { parseArgs } from "node:util";

import { build } from "esbuild";

import { vendored } from "../bundles/plugins.js";
import { ROOT, fileOf } from "../bundles/sources.js";
import { TARGET as MANIFEST, elements } from "./manifest.js";
import { globalTypes, reactTypes } from "./types.js";

/** @import { Plugin } from "esbuild" */

const { values: asked } = parseArgs({ options: { out: { type: "string" } } });
const OUT = asked.out ?? `${ROOT}dist/liaison-elements`;
const VENDORED = ["lit", "lit-element", "lit-html", "reactive-element", "noble-hashes"];
const HERE = `${ROOT}deploy/elements`;
const PACKAGE = `${HERE}/package`;

/** What names the scope of the colours and sizes: the elements that a page uses. */
const docs = elements();

/** `liaison:tokens`: core/tokens.css on the elements in place of `:root`, with the font and the colour of the text. @type {Plugin} */
const tokens = {
  name: "tokens",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^liaison:tokens$/ }, ({ path }) => ({ path, namespace: "tokens" }));
    onLoad({ filter: /./, namespace: "tokens" }, async () => {
      const scope = `:where(${docs.map(({ tagName }) => tagName).join(", ")})`;
      const css = readFileSync(fileOf("core/tokens.css"), "utf8").replaceAll(":root", scope);
      const text = `${scope} { color: var(--ink); font: var(--text-m) / var(--leading) var(--font); }`;
      const { outputFiles } = await build({ stdin: { contents: css + text, loader: "css" }, minify: true, write: false });
      return { contents: outputFiles[0]?.text ?? "", loader: "text" };
    });
  },
};

async function bundle() {
  await build({
    absWorkingDir: ROOT,
    entryPoints: { "liaison-elements": `${HERE}/index.js` },
    outdir: OUT,
    bundle: true,
    format: "esm",
    minify: true,
    target: "es2022",
    charset: "utf8",
    legalComments: "linked",
    logLevel: "warning",
    plugins: [tokens, vendored],
  });
}

/** Write the types of the modules as the compiler reads them. A few names are the package's own: see `imports` in package.json. */
function types() {
  const folder = `${OUT}/types`;
  execFileSync(process.execPath, [`${ROOT}node_modules/typescript/bin/tsc`, "-p", `${HERE}/tsconfig.json`, "--outDir", folder], { stdio: "inherit" });
  for (const file of ["core/api.d.ts", "core/openapi.d.ts"]) copy(`${ROOT}${file}`, `${folder}/${file}`);
  copy(`${PACKAGE}/lit.d.ts`, `${folder}/lit.d.ts`);
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".d.ts"))) {
    const text = readFileSync(`${folder}/${file}`, "utf8");
    writeFileSync(`${folder}/${file}`, text.replaceAll(/(["'])lit(?:-html|-element)?\1/g, '"#lit"'));
  }
  writeFileSync(`${OUT}/index.d.ts`, globalTypes(docs));
  writeFileSync(`${OUT}/react.d.ts`, reactTypes(docs));
}

/** @param {string} name of a folder of core/static/core/vendor */
const licenceOf = (name) => `== ${name} ==\n\n${readFileSync(fileOf(`core/vendor/${name}/LICENSE`), "utf8")}`;

/** @param {string} from @param {string} to */
function copy(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
}

/** The version has one place, pyproject.toml. */
function papers() {
  const version = /^version = "(.+)"$/m.exec(readFileSync(`${ROOT}pyproject.toml`, "utf8"))?.[1] ?? "";
  for (const file of ["package.json", "README.md"]) {
    writeFileSync(`${OUT}/${file}`, readFileSync(`${PACKAGE}/${file}`, "utf8").replaceAll("VERSION", version));
  }
  copy(MANIFEST.pathname, `${OUT}/custom-elements.json`);
  copy(`${ROOT}LICENSE`, `${OUT}/LICENSE`);
  writeFileSync(`${OUT}/THIRD-PARTY-LICENSES.txt`, VENDORED.map(licenceOf).join("\n"));
}

rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT, { recursive: true });
await bundle();
types();
papers();
