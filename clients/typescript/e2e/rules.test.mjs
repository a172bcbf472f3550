// Rules of editors and the audit log on a live server: HEADWATER_TARGET, with HEADWATER_KEY.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Client } from "headwater/node";

const { HEADWATER_TARGET, HEADWATER_KEY } = process.env;
const client = new Client(HEADWATER_TARGET, { key: HEADWATER_KEY });
const PATIENT = { timeoutMs: 20_000 };
const pinned = (slot) => ({
  name: "node lamp",
  placements: ["node-rules"],
  kind: "pin",
  slot,
  itemIds: ["node-lamp"],
});
const gathered = async (stream) => {
  const found = [];
  for await (const one of stream) found.push(one);
  return found;
};

after(() => client.close());

test("a rule, from its preview to its undo", async () => {
  await client.upsertItems([{ itemId: "node-lamp" }, { itemId: "node-chair" }], PATIENT);
  const questions = [{ visitorId: "ann", placement: "node-rules" }];
  const preview = await client.previewRules({ drafts: [pinned(1)], questions }, PATIENT);
  assert.equal(preview.lists[0].after[0].itemId, "node-lamp");
  const saved = await client.upsertRule(pinned(1), { revision: 0, reason: "a test", ...PATIENT });
  const asked = { placement: "node-rules", minOffset: saved.offset, ...PATIENT };
  assert.equal((await client.recommend("ann", asked)).results[0].itemId, "node-lamp");
  await assert.rejects(client.upsertRule(pinned(2), { revision: 0, ...PATIENT }), /read it again/);
  await client.deleteRule("node lamp", PATIENT);
  const back = await client.restoreRule("node lamp", saved.rule.revision, PATIENT);
  assert.equal(back.rule.slot, 1);
  assert.deepEqual(
    (await gathered(client.listRules(PATIENT))).map(({ name }) => name),
    ["node lamp"],
  );
  assert.equal((await gathered(client.listRuleChanges("node lamp", PATIENT))).length, 3);
  const again = await client.upsertRule({ ...back.rule, slot: 2 }, PATIENT); // an answer may be changed and sent
  assert.deepEqual([again.rule.slot, again.rule.status, again.rule.source], [2, "active", "editor"]);
  assert.equal((await client.restoreRule("node lamp", 0, PATIENT)).rule, undefined);
  const [newest] = await gathered(client.listAuditEntries([], PATIENT));
  assert.deepEqual([newest.kind, newest.action, newest.subject], ["rule", "restored", "node lamp"]);
  const only = await gathered(client.listAuditEntries(["rule"], PATIENT));
  assert.deepEqual([...new Set(only.map(({ kind }) => kind))], ["rule"]);
});

test("errors name what is wrong", async () => {
  const wrong = await client.upsertRule(pinned(101), PATIENT).catch((error) => error);
  assert.deepEqual([wrong.name, wrong.field], ["InvalidRequestError", "rule.pin.slot"]);
  await assert.rejects(client.deleteRule("never", PATIENT), { name: "NotFoundError" });
});
