import { defineConfig } from "vite";

/** Built into the Python package, so that its users need no Node. */
export default defineConfig({
  base: "/console/",
  build: {
    outDir: "../../service/headwater_server/web/static/console",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
  // `npm run dev` serves the page from its sources; the API comes from a running gateway.
  server: { proxy: { "/v1": process.env["HEADWATER_GATEWAY"] ?? "http://127.0.0.1:8080" } },
});
