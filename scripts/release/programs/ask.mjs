// Ask a server with the installed package. Run after ask.py: the catalogue has two items then.
import assert from "node:assert/strict";
import { Client } from "headwater/node";
import { Headwater } from "headwater/web";

const client = new Client(process.argv[2]);
const { itemIds } = await client.recommend("visitor-2", { timeoutMs: 60_000 });
client.close();
assert.equal(itemIds.length, 2);
assert.equal(typeof Headwater, "function");
