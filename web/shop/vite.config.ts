import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const CLIENT = fileURLToPath(new URL("../../clients/typescript/src/web/index.ts", import.meta.url));

/** Built into the Python package, so that its users need no Node. */
export default defineConfig({
  base: "/shop/",
  resolve: { alias: { "headwater/web": CLIENT } },
  build: {
    outDir: "../../service/headwater_server/web/static/shop",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
});
