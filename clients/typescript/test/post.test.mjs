import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { Code } from "../dist/core/errors.js";
import { Post } from "../dist/web/post.js";
import { wire } from "./shop.mjs";

let url;
let server;
let answer;
let asked;

before(async () => {
  server = createServer((request, response) => {
    asked = request;
    answer(response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${server.address().port}`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});

const json =
  (status, body, headers = {}) =>
  (response) =>
    response.writeHead(status, headers).end(JSON.stringify(body));
// a busy machine may take seconds for a first answer; only the test of a missing answer waits for this to pass
const PATIENT_MS = 60_000;
const send = (timeoutMs = PATIENT_MS) => new Post(url, "page-key", timeoutMs).send([wire("a")], false);
const error = (timeoutMs) => send(timeoutMs).then(() => assert.fail("no error"), (thrown) => thrown); // biome-ignore format: one thought

test("a batch is sent with the key in a header, and returns the results", async () => {
  answer = json(200, { results: [{ eventId: "a", status: "EVENT_STATUS_EXISTS", detail: "" }], offset: "7-0" });
  assert.deepEqual(await send(), { results: [{ eventId: "a", status: "exists", detail: "" }], offset: "7-0" });
  assert.deepEqual([asked.method, asked.url, asked.headers.authorization], ["POST", "/v1/feedback", "Bearer page-key"]);
});

test("a malformed batch is an error that names the field", async () => {
  const fieldViolations = [{ field: "events[0].event_id", description: "is required" }];
  answer = json(400, {
    code: 3,
    message: "events[0].event_id is required",
    details: [{ "@type": "x", fieldViolations }],
  });
  const { name, code, field, message } = await error();
  assert.deepEqual([name, code, field], ["InvalidRequestError", Code.InvalidArgument, "events[0].event_id"]);
  assert.equal(message, "events[0].event_id is required");
});

test("an overloaded server sets the pause: RetryInfo, an HTTP header, or one second", async () => {
  answer = json(429, { code: 8, details: [{ "@type": "google.rpc.RetryInfo", retryDelay: "1.5s" }] });
  assert.equal((await error()).retryAfterMs, 1500);
  answer = json(429, {}, { "retry-after": "3" });
  assert.equal((await error()).retryAfterMs, 3000);
  answer = json(429, {});
  assert.deepEqual([(await error()).name, (await error()).retryAfterMs], ["OverloadedError", 1000]);
});

test("an HTTP status without JSON is a typed error", async () => {
  const kinds = { 401: "UnauthenticatedError", 403: "PermissionDeniedError", 404: "NotFoundError", 413: "InvalidRequestError", 502: "UnavailableError", 504: "DeadlineExceededError" }; // biome-ignore format: a table
  for (const [status, name] of Object.entries(kinds)) {
    answer = (response) => response.writeHead(status).end("<html>");
    assert.equal((await error()).name, name, status);
  }
});

test("an answer from another server is an error", async () => {
  answer = (response) => response.writeHead(200).end("<html>the shop's page</html>");
  assert.deepEqual([(await error()).name, (await error()).message], ["NotFoundError", "the answer is not from a Headwater gateway: check `url`"]); // biome-ignore format: one line
});

test("no answer in time, and no network, are typed errors", async () => {
  answer = () => {};
  assert.equal((await error(50)).name, "DeadlineExceededError");
  const nowhere = new Post("http://127.0.0.1:1", "", PATIENT_MS).send([wire("a")], false);
  await assert.rejects(nowhere, { name: "UnavailableError", code: Code.Unavailable });
});
