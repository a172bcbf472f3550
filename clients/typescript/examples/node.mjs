// Ask, say what happened, ask again: node node.mjs, against the server at HEADWATER_TARGET.
//
//     node node.mjs        the whole loop, step by step
//     node node.mjs ask    only one list, as a line of JSON, for HEADWATER_RECOMMENDATION_ID

import { Client, newEvent } from "headwater/node";

const VISITOR = "ann";
const { HEADWATER_TARGET = "127.0.0.1:50051", HEADWATER_KEY = "", HEADWATER_RECOMMENDATION_ID = "" } = process.env;
const client = new Client(HEADWATER_TARGET, { key: HEADWATER_KEY });

if (process.argv[2] === "ask") await ask();
else await theWholeLoop();
client.close();

async function ask() {
  const recommendationId = HEADWATER_RECOMMENDATION_ID;
  const slate = await client.recommend(VISITOR, { placement: "home", pageSize: 10, recommendationId });
  console.log(JSON.stringify({ recommendation_id: slate.recommendationId, item_ids: slate.itemIds }));
}

async function theWholeLoop() {
  const written = await client.upsertItems([
    { itemId: "trail-runner", title: "Trail running shoe", categories: ["running"], price: 89, currencyCode: "EUR" },
    { itemId: "rain-boot", title: "Rain boot", categories: ["boots"], price: 49, currencyCode: "EUR" },
  ]);
  console.log("written:", written.results.map(({ itemId, status }) => `${itemId} ${status}`).join(", "));

  const slate = await client.recommend(VISITOR, { placement: "home", pageSize: 2, minOffset: written.offset });
  console.log("recommended:", slate.itemIds.join(", "));

  const token = { attributionToken: slate.attributionToken };
  const [first] = slate.itemIds;
  const learned = await client.feedback([
    newEvent("impression", VISITOR, { items: slate.itemIds, ...token }),
    newEvent("click", VISITOR, { items: [first], position: 1, ...token }),
  ]);
  console.log("learned:", learned.results.map(({ status }) => status).join(", "));

  const after = await client.recommend(VISITOR, { placement: "home", pageSize: 2, minOffset: learned.offset });
  console.log("recommended again:", after.itemIds.join(", "));
}
