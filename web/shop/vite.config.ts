import { defineConfig } from "vite";

/** Built into the Python package, so that who installs that needs no Node. */
export default defineConfig({
  base: "/shop/",
  build: {
    outDir: "../../service/headwater_server/web/static/shop",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
});
