/** The colours of products: each with a darker and a lighter tone. */
import type { Paint } from "./draw";

const PAINTS: Record<string, Paint> = {
  moss: { base: "#7d8f5a", dark: "#63743f", lite: "#b4c193" },
  slate: { base: "#74838f", dark: "#596772", lite: "#aebac2" },
  rust: { base: "#c4693f", dark: "#a1502b", lite: "#e3a27f" },
  sand: { base: "#d3b586", dark: "#b39361", lite: "#ecdabb" },
  ice: { base: "#9fc1cf", dark: "#7aa1b2", lite: "#d3e5ec" },
  graphite: { base: "#565c63", dark: "#40454b", lite: "#8f979f" },
  navy: { base: "#44597f", dark: "#314364", lite: "#8499bd" },
  oat: { base: "#d9cbb3", dark: "#bbab8f", lite: "#efe7d8" },
  sage: { base: "#9db29a", dark: "#7d957b", lite: "#cddbc9" },
  clay: { base: "#c98b6f", dark: "#aa6d52", lite: "#e7c1ae" },
  cream: { base: "#e6d6b8", dark: "#c9b690", lite: "#f6eedd" },
  ink: { base: "#3f4a66", dark: "#2d364e", lite: "#8290af" },
  coral: { base: "#e8806f", dark: "#cb6152", lite: "#f6b8ac" },
  sunflower: { base: "#ecb53f", dark: "#cf9622", lite: "#f8da91" },
  teal: { base: "#3f9a94", dark: "#2c7b76", lite: "#8fccc6" },
  chestnut: { base: "#8d5a3f", dark: "#70442d", lite: "#c0937b" },
  forest: { base: "#3f6b54", dark: "#2d5240", lite: "#86ab97" },
  burgundy: { base: "#8e3f4f", dark: "#6f2d3b", lite: "#c58490" },
};
const NAMES = Object.keys(PAINTS);

/** The paint with this name; another text always gets the same paint. */
export function paintOf(name: string): Paint {
  return PAINTS[name] ?? PAINTS[NAMES[hashOf(name) % NAMES.length]!]!;
}

/** A hash of a text. */
export function hashOf(text: string): number {
  let hash = 2166136261;
  for (const letter of text) hash = Math.imul(hash ^ letter.codePointAt(0)!, 16777619);
  return hash >>> 0;
}
