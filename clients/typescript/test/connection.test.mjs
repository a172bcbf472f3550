// What happens to calls when their connection fails. node:test fails a test at an uncaught error, too.

import assert from "node:assert/strict";
import { constants } from "node:http2";
import { createServer } from "node:net";
import { after, beforeEach, test } from "node:test";
import { Worker } from "node:worker_threads";
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { RecommendationService } from "../dist/gen/headwater/v1/recommendation_service_pb.js";
import { Client } from "../dist/node/index.js";
import { Sessions } from "../dist/node/sessions.js";
import { line, server } from "./flaky.mjs";

const PATIENT = { timeoutMs: 20_000 };
const open = [];
const opened = (thing) => {
  open.push(thing);
  return thing;
};
const ask = (client, more = {}) => client.recommend("ann", { ...PATIENT, ...more });
const failed = (promise) => promise.then(() => "no error", (error) => error.name); // biome-ignore format: one thought
/** Stop the whole thread, as a process that is frozen. */
const sleep = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
const until = async (condition) => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
};

let shop;
let wire;
let client;

beforeEach(async () => {
  for (const thing of open.splice(0)) await thing.close();
  shop = opened(await server());
  wire = opened(await line(shop.port));
  client = opened(new Client(wire.target));
  assert.deepEqual((await ask(client)).itemIds, ["boots"]);
});
after(async () => {
  for (const thing of open) await thing.close();
});

const FAILURES = {
  "the connection is reset": () => wire.reset(),
  "the connection is closed": () => wire.cut(),
  "the server says goodbye": () => shop.last().goaway(),
  "the server says goodbye and accepts nothing that is on its way": () => shop.last().goaway(0, 0),
  "the server says goodbye and closes": () => shop.last().close(),
  "the server says goodbye and is gone": () => {
    shop.last().goaway();
    shop.last().destroy();
  },
  "the server has an internal error": () => shop.last().goaway(constants.NGHTTP2_INTERNAL_ERROR),
  "the server gets too many pings": () => shop.last().goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM),
  "the server is gone": () => shop.last().destroy(),
};

for (const [name, fail] of Object.entries(FAILURES)) {
  test(`${name}: the next call succeeds, and the process lives`, async () => {
    fail();
    assert.deepEqual((await ask(client)).itemIds, ["boots"]); // at once
    fail();
    await new Promise((resolve) => setTimeout(resolve, 20)); // after it is known
    assert.deepEqual((await ask(client)).itemIds, ["boots"]);
  });

  test(`${name}: calls in progress succeed, too`, async () => {
    const release = shop.hold();
    const asked = [ask(client), ask(client)];
    await until(() => shop.calls === 3);
    fail();
    release();
    for (const slate of await Promise.all(asked)) assert.deepEqual(slate.itemIds, ["boots"]);
  });
}

test("a write is not sent on a connection that is known to be closed", async () => {
  for (const fail of [() => shop.last().goaway(0, 0), () => wire.cut(), () => wire.reset()]) {
    await ask(client);
    fail();
    await until(() => shop.last().destroyed || shop.last().closed || wire.connections() > 0);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const { results } = await client.upsertItems([{ itemId: "boots" }], PATIENT);
    assert.equal(results.length, 1);
  }
});

test("a write that the server has refused is sent again; one that it may have processed is not", async () => {
  const release = shop.hold();
  const writing = client.upsertItems([{ itemId: "boots" }], PATIENT);
  await until(() => shop.calls === 2);
  wire.reset();
  assert.equal(await failed(writing), "UnavailableError");
  release();
  await ask(client);
  shop.last().goaway(0, 0);
  assert.equal((await client.upsertItems([{ itemId: "boots" }], PATIENT)).results.length, 1);
});

test("a server that is away is unavailable, and its fallback is used; the next call finds it again", async () => {
  const { port } = shop;
  wire.close();
  const direct = opened(new Client(`127.0.0.1:${port}`));
  await ask(direct);
  await shop.close();
  open.splice(open.indexOf(shop), 1);
  assert.equal(await failed(direct.recommend("ann")), "UnavailableError");
  assert.deepEqual((await direct.recommend("ann", { fallback: ["socks"] })).itemIds, ["socks"]);
  shop = opened(await server(port));
  assert.deepEqual((await ask(direct)).itemIds, ["boots"]);
});

test("a name without an address, a closed port, and a server without TLS are unavailable", async () => {
  const targets = [["no-such-host.invalid:1"], ["127.0.0.1:1"], [wire.target, { tls: true }]];
  for (const [target, options] of targets) {
    const lost = opened(new Client(target, options));
    assert.equal(await failed(lost.recommend("ann", { timeoutMs: 3000 })), "UnavailableError", target);
    assert.deepEqual((await lost.recommend("ann", { fallback: ["socks"] })).itemIds, ["socks"]);
  }
});

test("a server that does not speak HTTP/2 fails the call, not the process", async () => {
  for (const answer of ["HTTP/1.1 400 Bad Request\r\n\r\n", "\0\0\0", ""]) {
    const odd = createServer((socket) => socket.on("error", () => {}).end(answer));
    await new Promise((resolve) => odd.listen(0, "127.0.0.1", resolve));
    const lost = opened(new Client(`127.0.0.1:${odd.address().port}`));
    assert.equal(await failed(lost.recommend("ann", PATIENT)), "UnavailableError", answer);
    odd.close();
  }
});

/** A bare client with a short patience for silence. */
function hasty(keepalive) {
  const sessions = new Sessions(`http://${wire.target}`, {}, keepalive);
  opened({ close: () => sessions.abort(new Error("closed")) });
  const transport = createGrpcTransport({ baseUrl: `http://${wire.target}`, sessionManager: sessions });
  return createClient(RecommendationService, transport);
}

test("a silent connection is replaced, with calls in progress and without", async () => {
  const bare = hasty({ pingAfterMs: 100, timeoutMs: 300 });
  await bare.recommend({});
  const before = shop.sessions.length;
  wire.swallow();
  assert.match(await bare.recommend({}).catch(({ message }) => message), /did not answer a ping/);
  assert.equal((await bare.recommend({})).results.length, 1);
  assert.equal(shop.sessions.length, before + 1);
  wire.swallow();
  await new Promise((resolve) => setTimeout(resolve, 600));
  assert.equal((await bare.recommend({})).results.length, 1);
});

test("a connection that was not watched for long is not trusted", async () => {
  const bare = hasty({ pingAfterMs: 100, timeoutMs: 300 });
  await bare.recommend({});
  wire.swallow();
  sleep(600);
  assert.equal((await bare.recommend({})).results.length, 1);
});

test("a ping's late answer counts when the process itself was late", async () => {
  const far = new Worker(new URL("far-server.mjs", import.meta.url)); // it answers while this thread sleeps
  opened({ close: () => far.terminate() });
  const url = await new Promise((resolve) => far.once("message", resolve));
  const sessions = new Sessions(url, {}, { pingAfterMs: 20, timeoutMs: 60 });
  opened({ close: () => sessions.abort(new Error("closed")) });
  const { session } = await sessions.request("POST", "/", {});
  for (let naps = 0; naps < 5; naps++) {
    await new Promise((resolve) => setTimeout(resolve, 30));
    sleep(200);
  }
  await new Promise((resolve) => setTimeout(resolve, 30));
  assert.equal(session.destroyed, false);
});

test("a call that the client's end cuts off is cancelled; a closed client refuses", async () => {
  const release = shop.hold();
  const [reading, writing] = [ask(client), client.upsertItems([{ itemId: "boots" }], PATIENT)];
  await until(() => shop.calls === 3);
  client.close();
  assert.deepEqual([await failed(reading), await failed(writing)], ["CanceledError", "CanceledError"]);
  assert.equal(await failed(ask(client)), "CanceledError");
  release();
});
