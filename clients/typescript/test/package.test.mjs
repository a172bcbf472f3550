import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const BYTES_MAX = 36_000; // 0.7 kB of it check what a page passes: a wrong type would be learned as something else
const { exports } = JSON.parse(readFileSync("package.json", "utf8"));

test("a bundle of headwater/web is under 36 kB, gzipped", async () => {
  const contents = 'import { Headwater } from "headwater/web"; globalThis.headwater = new Headwater();';
  const { outputFiles } = await build({ stdin: { contents, resolveDir: "." }, bundle: true, minify: true, format: "esm", write: false }); // biome-ignore format: one line
  const bytes = gzipSync(outputFiles[0].contents, { level: 9 }).length;
  console.log(`${bytes} bytes`);
  assert.ok(bytes < BYTES_MAX, `${bytes} bytes`);
});

test("the files of the package's exports exist, with their types", async () => {
  for (const part of ["./web", "./node"]) {
    assert.ok(existsSync(exports[part].types) && existsSync(exports[part].default), part);
  }
  const [web, node] = await Promise.all([import("headwater/web"), import("headwater/node")]);
  assert.equal(typeof web.Headwater, "function");
  assert.equal(typeof node.Client, "function");
});

test("a Headwater can be created during server-side rendering", async () => {
  const { Headwater } = await import("headwater/web");
  const headwater = new Headwater({ url: "http://127.0.0.1:1" });
  assert.match(headwater.visitorId, /^[0-9a-f-]{36}$/);
  const slate = await headwater.recommend({ fallback: ["boots"], timeoutMs: 300 });
  assert.deepEqual(slate.itemIds, ["boots"]);
  headwater.close();
});
