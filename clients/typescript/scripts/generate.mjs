// Generate the stubs of src/gen from protos/, or check that they are up to date.
//
//     node scripts/generate.mjs            write them
//     node scripts/generate.mjs --check    change nothing; exit 1 and name stale files

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = dirname(dirname(fileURLToPath(import.meta.url)));
const TREE = join(HERE, "src", "gen");

/** The buf of the environment of `make check`, else the one on the PATH; the variable BUF names another. */
function buf() {
  const ours = join(HERE, "..", "..", ".venv", "bin", "buf");
  return process.env.BUF ?? (existsSync(ours) ? ours : "buf");
}

function generate(output) {
  const done = spawnSync(buf(), ["generate", "--output", output], { cwd: HERE, stdio: "inherit" });
  if (done.error) throw new Error(`buf is needed (pip install buf-bin, or name it in BUF): ${done.error.message}`);
  if (done.status !== 0) process.exit(done.status ?? 1);
}

/** Path below `folder` -> content. */
function files(folder) {
  const names = existsSync(folder) ? readdirSync(folder, { recursive: true }) : [];
  const sources = names.map(String).filter((name) => name.endsWith(".ts"));
  return new Map(sources.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}

function check() {
  const folder = mkdtempSync(join(tmpdir(), "headwater-stubs-"));
  try {
    generate(folder);
    const [wanted, found] = [files(join(folder, "src", "gen")), files(TREE)];
    const names = [...new Set([...wanted.keys(), ...found.keys()])].sort();
    return names.filter((name) => wanted.get(name) !== found.get(name));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (process.argv.includes("--check")) {
  const stale = check();
  if (stale.length) {
    console.error(`stale stubs: not what protos/ gives: run \`npm run generate\`\n  ${stale.join("\n  ")}`);
    process.exit(1);
  }
  console.log("stubs are fresh");
} else {
  generate(HERE);
}
