/*
 * Files shared from another app of the phone (`share_target` in the manifest). They wait on this device until a page
 * has put them in a conversation: see `messaging/pages/inbox-shared.js`, which reads the same database.
 */

const SHARE = "/share";
const SHARED_FILES = "files";

async function answerShare(event) {
  const form = await event.request.formData();
  const files = form.getAll("files").filter((each) => each instanceof File && each.size > 0);
  const text = ["title", "text", "url"].map((name) => form.get(name)).filter(Boolean).join("\n");
  await keepShared({ files, text, at: Date.now() });
  const owner = await savedOwner().catch(() => null);
  // A page by its own address, so that it opens without a network too.
  return Response.redirect(owner ? `/${owner.side}/messages` : "/", 303);
}

async function keepShared(shared) {
  const request = indexedDB.open(SHARED_DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(SHARED_FILES, { autoIncrement: true });
  const database = await requested(request);
  await requested(database.transaction(SHARED_FILES, "readwrite").objectStore(SHARED_FILES).add(shared));
  database.close();
}
