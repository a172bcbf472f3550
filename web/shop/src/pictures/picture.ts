/** A product's picture, drawn here: no request, sharp at any size. */
import { camp, campKitchen } from "./camp";
import { disc, fill, type Motif, oval, type Paint } from "./draw";
import { cycling, garden, kitchen, living } from "./home";
import { lights, packs } from "./packs";
import { paintOf, sum } from "./paints";
import { clothing, footwear } from "./wear";

const MOTIFS: Record<string, Motif> = {
  ...camp, ...campKitchen, ...packs, ...lights, ...clothing, ...footwear, ...cycling, ...kitchen, ...living, ...garden,
};

/** The markup of the picture of a `motif` in a `colour`; without a motif a pattern of its own. */
export function picture(motif: string, colour: string): string {
  const paint = paintOf(colour);
  const drawn = MOTIFS[motif]?.(paint);
  const inside = drawn ? stage(paint) + drawn : pattern(paint, motif || colour);
  return `<svg viewBox="0 0 240 240" aria-hidden="true" focusable="false">${inside}</svg>`;
}

function stage(paint: Paint): string {
  return (
    `<rect width="240" height="240" fill="${paint.lite}" opacity=".3"/>` +
    `<circle cx="120" cy="118" r="96" fill="#fff" opacity=".45"/>` +
    `<ellipse cx="120" cy="194" rx="82" ry="9" fill="#2a2118" opacity=".13"/>`
  );
}

/** For the goods of a shop we cannot draw: shapes that depend on its name, alike for like ones. */
function pattern(paint: Paint, name: string): string {
  const seed = sum(name);
  const at = (n: number): number => 40 + ((seed >>> (n * 5)) % 32) * 5;
  return (
    `<rect width="240" height="240" fill="${paint.lite}" opacity=".45"/>` +
    oval(at(0), at(1), 64, 64, paint.lite) +
    fill(`M${at(2)} ${at(3) - 50} l60 96 h-120 Z`, paint.base) +
    disc(at(4), at(5), 30, paint.dark) +
    disc(at(1), at(4), 13, "#fffaf2")
  );
}
