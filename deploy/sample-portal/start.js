/** `make sample-portal`: bundle the page, serve it, connect it with the Liaison that runs beside. */
import { build } from "esbuild";

import { PEOPLE } from "./people.js";
import { portalServer } from "./server.js";
import { SetupError, connect, told } from "./setup.js";
import { Store } from "./store.js";
import { newSigner } from "./tokens.js";

const ROOT = new URL("../../", import.meta.url).pathname;
const HOME = process.env.LIAISON_HOME ?? `${ROOT}var`;
const TOKEN_SECONDS = Number(process.env.TOKEN_SECONDS ?? 600);

/** React of the lock, and the elements as `make package` makes them. */
async function bundled() {
  const { outputFiles } = await build({
    entryPoints: [new URL("page/portal.jsx", import.meta.url).pathname],
    bundle: true,
    minify: true,
    format: "esm",
    jsx: "automatic",
    charset: "utf8",
    define: { "process.env.NODE_ENV": '"production"' },
    nodePaths: [`${ROOT}dist`],
    logLevel: "warning",
    write: false,
  });
  return outputFiles[0]?.text ?? "";
}

async function start() {
  const { liaison, files, port } = told();
  await fetch(`${liaison}/livez`).catch(() => {
    throw new SetupError(`Nothing answers at ${liaison}. Start it first, in another terminal: make run`);
  });
  // People open it by another name than Liaison, since cookies know no ports. Liaison calls it by its address.
  const origin = `http://localhost:${port}`;
  const own = `http://127.0.0.1:${port}`;
  const store = new Store(`${HOME}/sample-portal`);
  const signer = await newSigner({ issuer: origin, seconds: TOKEN_SECONDS });
  const server = portalServer({ origin, liaison, files, script: await bundled(), store, signer });
  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve(null));
  }).catch(() => {
    throw new SetupError(`Port ${port} is taken. Stop what uses it, or start Liaison and this with another SAMPLE_PORTAL_PORT.`);
  });
  await connect({ liaison, issuer: origin, own, store });
  console.log(`
  clients   ${origin}, as ${PEOPLE.map(({ name }) => name).join(" or ")}
  staff     ${liaison}/staff/messages

The portal is ready: ${origin}`);
}

for (const stop of ["SIGINT", "SIGTERM"]) process.on(stop, () => process.exit(0));
try {
  await start();
} catch (error) {
  console.error(error instanceof SetupError ? `sample-portal: ${error.message}` : error);
  process.exit(1);
}
