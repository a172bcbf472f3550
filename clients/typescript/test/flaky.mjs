// A server that speaks gRPC, and a line to it that can be cut, reset, or silent.

import { once } from "node:events";
import { createServer } from "node:http2";
import { connect, createServer as createLine } from "node:net";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { CatalogService } from "../dist/gen/headwater/v1/catalog_service_pb.js";
import { RecommendationService } from "../dist/gen/headwater/v1/recommendation_service_pb.js";

/** Start a server; `calls` counts what it has processed, `hold()` makes it answer later. */
export async function server(port = 0) {
  let held = Promise.resolve();
  const state = { calls: 0, sessions: [] };
  const routes = (router) => {
    router.rpc(RecommendationService.method.recommend, async () => {
      state.calls += 1;
      await held;
      return { results: [{ itemId: "boots" }] };
    });
    router.rpc(CatalogService.method.upsertItems, async ({ writes }) => {
      state.calls += 1;
      await held;
      return { results: writes.map(() => ({ itemId: "boots" })) };
    });
  };
  const http = createServer(connectNodeAdapter({ routes }));
  http.on("session", (session) => {
    state.sessions.push(session);
    session.on("error", () => {}); // the tests cut connections
  });
  await once(http.listen(port, "127.0.0.1"), "listening");
  return Object.assign(state, {
    port: http.address().port,
    last: () => state.sessions.at(-1),
    /** Answer no call until the returned function is called. */
    hold() {
      let release;
      held = new Promise((resolve) => {
        release = resolve;
      });
      return release;
    },
    async close() {
      for (const session of state.sessions) session.destroy();
      http.close();
      await once(http, "close");
    },
  });
}

/** Start a proxy to a port; it can treat the connections that it has now as a network does that fails. */
export async function line(port) {
  const pairs = new Set();
  const tcp = createLine((inside) => {
    const pair = [inside, connect(port, "127.0.0.1")];
    pairs.add(pair);
    inside.pipe(pair[1]).pipe(inside);
    for (const socket of pair) {
      socket
        .on("error", () => {})
        .on("close", () => {
          for (const each of pair) each.destroy();
        });
    }
  });
  await once(tcp.listen(0, "127.0.0.1"), "listening");
  const each = (act) => () => {
    for (const pair of pairs) act(...pair);
  };
  return {
    target: `127.0.0.1:${tcp.address().port}`,
    reset: each((inside) => inside.resetAndDestroy()),
    cut: each((inside) => inside.end()),
    swallow: each((inside, outside) => {
      inside.unpipe(outside).resume();
      outside.unpipe(inside).resume();
    }),
    connections: () => pairs.size,
    close() {
      for (const pair of pairs) for (const socket of pair) socket.destroy();
      tcp.close();
    },
  };
}
