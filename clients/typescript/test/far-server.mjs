// The flaky server in a thread of its own.

import { parentPort } from "node:worker_threads";
import { server } from "./flaky.mjs";

parentPort.postMessage(`http://127.0.0.1:${(await server()).port}`);
