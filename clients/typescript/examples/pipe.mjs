// Feedback in the background: reads events from standard input, one per line ("visitor click item"), and sends them
// through a buffer.
//
//     node pipe.mjs < events.txt
//
// Events that are not learned are printed to standard error; the last line of output is a summary as JSON.

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
process.once("SIGTERM", () => process.stdin.destroy()); // stop reading, and send what was read
for await (const line of createInterface({ input: process.stdin })) {
  const [visitorId, eventType, itemId] = line.split(" ");
  await buffer.add(newEvent(eventType, visitorId, { items: [itemId] })); // waits while too many events are in progress
  added += 1;
}
await buffer.close({ timeoutMs: 60_000 });
console.log(JSON.stringify({ added, lost, offset: buffer.offset }));
client.close();
