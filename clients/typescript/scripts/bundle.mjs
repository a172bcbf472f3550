// Build dist/headwater.js, the file behind `headwater/web`: a page can load it directly, and a bundler can import it.
//
// The protobuf runtime includes its JSON code (lists are sent in binary) and the enums of descriptors. A page never calls
// them, but a bundler cannot know that. This script removes both: a sixth of the file.

import { readFileSync } from "node:fs";
import { build } from "esbuild";

const ENUM = /^export var (\w+);\n\(function \(\1\) \{([\s\S]*?)^\}\)\(\1 \|\| \(\1 = \{\}\)\);/gm;
const FUNCTION = /^export function (\w+)/gm;

const withoutJson = {
  name: "without-json",
  setup({ onLoad }) {
    onLoad({ filter: /@bufbuild[\\/]protobuf[\\/].*[\\/](from|to)-json\.js$/ }, ({ path }) => {
      const names = [...readFileSync(path, "utf8").matchAll(FUNCTION)].map(([, name]) => name);
      const contents = names.map((name) => `export function ${name}() { throw new Error("no JSON in pages"); }`);
      return { contents: contents.join("\n") };
    });
  },
};

const unusedEnums = {
  name: "unused-enums",
  setup({ onLoad }) {
    onLoad({ filter: /@bufbuild[\\/]protobuf[\\/].*descriptor_pb\.js$/ }, ({ path }) => {
      const pure = "export const $1 = /*@__PURE__*/ (function ($1) {$2 return $1; })({});";
      return { contents: readFileSync(path, "utf8").replace(ENUM, pure) };
    });
  },
};

await build({
  entryPoints: ["dist/web/index.js"],
  outfile: "dist/headwater.js",
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  sourcemap: true,
  legalComments: "linked",
  plugins: [withoutJson, unusedEnums],
});
