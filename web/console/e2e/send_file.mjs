/** Sends a file as the view Import does: node send_file.mjs URL FILE KEY COOKIE; prints outcomes and sizes as JSON. */

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "rolldown";

const [url, path, key, cookie] = process.argv.slice(2);
const folder = await mkdtemp(join(tmpdir(), "console-"));
try {
  const built = join(folder, "sending.mjs");
  const input = join(folder, "entry.ts");
  const source = new URL("../src/", import.meta.url).pathname;
  await writeFile(
    input,
    ["lib/import/send", "lib/import/tables", "api/client"].map((one) => `export * from "${source}${one}.ts";`).join("\n"),
  );
  await build({ input, output: { file: built, format: "esm" }, resolve: { modules: [new URL("../node_modules", import.meta.url).pathname] } });
  const { Api, send, TABLES } = await import(pathToFileURL(built).href);

  const calls = [];
  const ask = globalThis.fetch;
  globalThis.fetch = async (to, init) => {
    const headers = new Headers(init.headers);
    if (cookie) headers.set("cookie", cookie);
    const answer = await ask(url + to, { ...init, headers });
    calls.push([answer.status, Buffer.byteLength(init.body ?? "")]);
    return answer;
  };
  const file = new File([await readFile(path)], basename(path));
  const api = new Api(key);
  try {
    const outcomes = await send(api, file, TABLES.items, new AbortController().signal, () => undefined);
    console.log(JSON.stringify({ outcomes, calls }));
  } catch (error) {
    console.log(JSON.stringify({ error: `${error.status} ${error.message}`, calls }));
  }
} finally {
  await rm(folder, { recursive: true });
}
