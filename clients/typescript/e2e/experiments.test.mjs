// Policies and experiments on a live server: HEADWATER_TARGET, with HEADWATER_KEY.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Client } from "headwater/node";

const { HEADWATER_TARGET, HEADWATER_KEY } = process.env;
const client = new Client(HEADWATER_TARGET, { key: HEADWATER_KEY });
const PATIENT = { timeoutMs: 20_000 };
const WARMER = {
  experimentId: "node-warmer",
  layer: "node",
  placements: ["node"],
  arms: [{ armId: "control" }, { armId: "warm", policyId: "node-warm" }],
  primary: { metric: "act_rate", windowMinutes: 60 },
  guardRails: [{ metric: "revenue", worstRelative: -0.1 }],
};
const thrownBy = (promise) =>
  promise.then(
    () => assert.fail("no error"),
    (error) => error,
  );

after(() => client.close());

test("an experiment, from its policy to the rollback of a promotion", async () => {
  const policy = { policyId: "node-warm", overrides: { exploration_temperature: 0.4 } };
  assert.deepEqual((await client.upsertPolicy(policy, PATIENT)).policy.overrides, policy.overrides);
  const made = await client.createExperiment(WARMER, PATIENT);
  assert.deepEqual(await client.createExperiment(WARMER, PATIENT), made); // as after a lost answer
  assert.equal(made.experiment.state, "running");
  assert.deepEqual(
    made.experiment.arms.map(({ armId, weight }) => [armId, weight]),
    [["control", 0.5], ["warm", 0.5]],
  ); // biome-ignore format: pairs
  await client.upsertItems([{ itemId: "node-arm" }], PATIENT);
  const { arms } = await client.recommend("ann", { placement: "node", ...PATIENT });
  assert.deepEqual(arms, await client.assignArms("ann", { placement: "node", minOffset: made.offset, ...PATIENT }));
  assert.equal(arms[0].experimentId, "node-warmer");
  const report = await client.getExperimentReport("node-warmer", PATIENT);
  assert.equal(report.verdict, "too few visitors");
  assert.equal(report.arms[1].visitors, 0);
  assert.equal(report.arms[1].metrics[0].low, undefined);
  const requireReport = { experimentId: "node-warmer", armId: "warm" };
  const refused = await thrownBy(client.promotePolicy("node-warm", { requireReport, ...PATIENT }));
  assert.equal(refused.name, "FailedPreconditionError");
  assert.match(refused.conditions[0], /visitors/);
  const forced = await client.promotePolicy("node-warm", { requireReport, force: "a test", ...PATIENT });
  assert.equal(forced.promotion.forceReason, "a test");
  assert.equal((await client.listPromotions(PATIENT)).at(-1).policyId, "node-warm");
  const left = await client.rollbackPolicy("node-warm", PATIENT);
  assert.ok(left.promotions.every(({ policyId }) => policyId !== "node-warm"));
  await client.stopExperiment("node-warmer", { reason: "a test", ...PATIENT });
  assert.ok((await client.getExperiment("node-warmer", PATIENT)).stopTime instanceof Date);
  const listed = [];
  for await (const { experimentId } of client.listExperiments(PATIENT)) listed.push(experimentId);
  for await (const { policyId } of client.listPolicies(PATIENT)) listed.push(policyId);
  for await (const { reportJson } of client.listEvaluations(PATIENT)) listed.push(reportJson.slice(0, 1));
  for await (const one of client.listEvaluations({ full: false, ...PATIENT })) {
    assert.equal(one.reportJson, "");
    listed.push(one.policies[0].policyId);
  }
  for (const each of ["node-warmer", "node-warm", "{", "champion"]) assert.ok(listed.includes(each), each);
});

test("errors name what is wrong", async () => {
  assert.equal((await thrownBy(client.getExperiment("nobody", PATIENT))).name, "NotFoundError");
  const twice = { ...WARMER, placements: [] };
  assert.equal((await thrownBy(client.createExperiment(twice, PATIENT))).name, "AlreadyExistsError");
  const wrong = await thrownBy(client.createExperiment({ ...WARMER, experimentId: "node-2", level: 2 }, PATIENT));
  assert.deepEqual([wrong.name, wrong.field], ["InvalidRequestError", "experiment.level"]);
  const typo = await thrownBy(client.createExperiment({ ...WARMER, arms: [{ arm_id: "a" }] }, PATIENT));
  assert.match(typo.message, /an arm has no field arm_id: use armId/);
});
