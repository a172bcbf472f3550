// The whole loop with a running server: write two items, get a list, report events, get a new list.
//
//     node node.mjs        each step as text
//     node node.mjs ask    one request, its answer as one line of JSON
//
// HEADWATER_TARGET names the server (127.0.0.1:50051), HEADWATER_KEY its key if it requires one.

import { Client, HeadwaterError, newEvent } from "headwater/node";

const { HEADWATER_TARGET = "127.0.0.1:50051", HEADWATER_KEY = "", HEADWATER_RECOMMENDATION_ID = "" } = process.env;
const PATIENT_MS = 20_000; // in a page, use about one second

const client = new Client(HEADWATER_TARGET, { key: HEADWATER_KEY });

/** Print the recommendations for ann. */
async function ask() {
  const recommendationId = HEADWATER_RECOMMENDATION_ID;
  const question = { placement: "home", pageSize: 10, recommendationId, timeoutMs: PATIENT_MS };
  const slate = await client.recommend("ann", question);
  console.log(JSON.stringify({ recommendation_id: slate.recommendationId, item_ids: slate.itemIds }));
}

/** Print a list, the results of a click on it, and the next list. */
async function loop() {
  const boots = { itemId: "boots", title: "Walking boots", price: 89 };
  const written = await client.upsertItems([boots, { itemId: "socks", title: "Warm socks", price: 9 }]);
  const slate = await listForAnn(written.offset);
  console.log("recommended:", slate.itemIds.join(", "));

  const { attributionToken, itemIds } = slate;
  const seen = newEvent("impression", "ann", { items: itemIds, attributionToken });
  const click = newEvent("click", "ann", { items: itemIds.slice(0, 1), attributionToken, position: 1 });
  const learned = await client.feedback([seen, click]);
  for (const { eventId, status } of learned.results) console.log("learned:", eventId, status);

  console.log("recommended:", (await listForAnn(learned.offset)).itemIds.join(", "));
}

/** Return a list from a state that contains the given offset. */
function listForAnn(minOffset) {
  return client.recommend("ann", { placement: "home", pageSize: 4, minOffset, timeoutMs: PATIENT_MS });
}

try {
  await (process.argv[2] === "ask" ? ask() : loop());
} catch (error) {
  if (!(error instanceof HeadwaterError)) throw error;
  console.error(`${error.name}: ${error.field && `field ${error.field}: `}${error.message}`);
  process.exitCode = 1;
} finally {
  client.close();
}
