import { defineConfig } from "vite";

/** Built into the Python package, so that who installs that needs no Node. */
export default defineConfig({
  base: "/console/",
  build: {
    outDir: "../../service/headwater_server/web/static/console",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
  // `npm run dev` shows the page from its sources; the API is a gateway that runs elsewhere.
  server: { proxy: { "/v1": process.env["HEADWATER_GATEWAY"] ?? "http://127.0.0.1:8080" } },
});
