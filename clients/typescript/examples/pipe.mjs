// Feedback that nobody waits for: reads events from standard input, one a line ("visitor click item"), and sends them
// through a buffer.
//
//     node pipe.mjs < events.txt
//
// What is not learned is told on standard error; the last line says how it went, as JSON.

import { createInterface } from "node:readline";
import { Client, FeedbackBuffer, newEvent } from "headwater/node";

const { HEADWATER_TARGET = "127.0.0.1:50051", HEADWATER_KEY = "" } = process.env;
const client = new Client(HEADWATER_TARGET, { key: HEADWATER_KEY });
let [added, lost] = [0, 0];

function onLost(event, reason) {
  lost += 1;
  console.error(`${event.eventId}: ${reason}`);
}

const buffer = new FeedbackBuffer(client, { onLost });
process.once("SIGTERM", () => process.stdin.destroy()); // stop reading: what was read is sent
for await (const line of createInterface({ input: process.stdin })) {
  const [visitorId, eventType, itemId] = line.split(" ");
  await buffer.add(newEvent(eventType, visitorId, { items: [itemId] })); // waits while too many are on their way
  added += 1;
}
await buffer.close({ timeoutMs: 60_000 });
console.log(JSON.stringify({ added, lost, offset: buffer.offset }));
client.close();
