/** What a portal does, by `openapi-fetch` and the types that `openapi-typescript` makes. As `python_flow.py`. */
import { createHash, randomUUID } from "node:crypto";
import createClient from "openapi-fetch";

import type { components, paths } from "./openapi.d.ts";

type Schemas = components["schemas"];
type Api = ReturnType<typeof clientOf>;

const FILE = Buffer.from("Reserve no 12 : joint du carrelage a reprendre\n".repeat(130_000));

function given(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set.`);
  return value;
}

function clientOf(token: string) {
  return createClient<paths>({ baseUrl: given("BASE_URL"), headers: { Authorization: `Bearer ${token}` } });
}

/** The data of a good answer. A refusal throws what the API says. */
function right<Data>({ data, error }: { data?: Data; error?: Schemas["Refusal"] }): Data {
  if (data === undefined) throw new Error(error?.errors.map((each) => `${each.code}: ${each.detail}`).join(", "));
  return data;
}

function sha256(content: Buffer): string {
  return createHash("sha256").update(content).digest("base64");
}

async function sendFile(api: Api): Promise<string> {
  const body = { name: "releve.txt", size: FILE.length, sha256: sha256(FILE) };
  const { id, upload } = right(await api.POST("/api/v1/attachments", { body }));
  if (!upload?.part_size || !upload.part_count) throw new Error("This is no file of several parts.");
  const size = upload.part_size;
  const parts = Array.from({ length: upload.part_count }, (_, number) => FILE.subarray(number * size, (number + 1) * size));
  const path = { attachment_id: id };
  const wanted = parts.map((part, index) => ({ number: index + 1, sha256: sha256(part) }));
  const signed = right(await api.POST("/api/v1/attachments/{attachment_id}/parts", { params: { path }, body: { parts: wanted } }));
  for (const { number, url, headers } of signed.parts) {
    const answer = await fetch(url, { method: "PUT", body: new Uint8Array(parts[number - 1]!), headers });
    if (!answer.ok) throw new Error(`The storage answers ${answer.status}.`);
  }
  right(await api.POST("/api/v1/attachments/{attachment_id}/complete", { params: { path } }));
  return id;
}

/** Open one conversation too many; what the answer says of it. */
async function refused() {
  const { error, response } = await clientOf(given("BUSY_TOKEN")).POST("/api/v1/conversations", { body: { subject: "Encore" } });
  return {
    status: response.status,
    code: error?.errors[0]?.code,
    retry_after: Number(response.headers.get("Retry-After")),
  };
}

/** Put a client twice; both statuses. */
async function provisioned(): Promise<number[]> {
  const api = clientOf(given("CREDENTIAL"));
  const statuses: number[] = [];
  for (let times = 0; times < 2; times += 1) {
    const params = { path: { external_id: "erp-18" } };
    const answer = await api.PUT("/api/v1/provisioning/clients/{external_id}", { params, body: { name: "Famille TypeScript" } });
    if (right(answer).name !== "Famille TypeScript") throw new Error("The client has another name.");
    statuses.push(answer.response.status);
  }
  return statuses;
}

async function main() {
  const api = clientOf(given("TOKEN"));
  const opening = { subject: "Portail", id: randomUUID(), chantier: given("CHANTIER") };
  const conversation = right(await api.POST("/api/v1/conversations", { body: opening }));
  const path = { conversation_id: conversation.id };
  const body = { id: randomUUID(), body: "Le carreau est fendu", attachments: [await sendFile(api)] };
  const address = "/api/v1/conversations/{conversation_id}/messages";
  const sent = await api.POST(address, { params: { path }, body });
  const again = await api.POST(address, { params: { path }, body });
  const message = right(sent);
  if (right(again).id !== message.id) throw new Error("The second try made another message.");
  const changes = right(await api.GET("/api/v1/conversations/{conversation_id}/changes", { params: { path, query: { since: 0 } } }));
  return {
    conversation: conversation.id,
    sent: [sent.response.status, again.response.status],
    changes: changes.messages.map((each) => each.body),
    files: message.attachments.map((file) => file.name),
    refused: await refused(),
    provisioned: await provisioned(),
  };
}

console.log(JSON.stringify(await main()));
