/** A product's picture as SVG: no request, sharp at any size. */
import { camp, campKitchen } from "./camp";
import { disc, fill, type Motif, type Paint } from "./draw";
import { cycling, garden, kitchen, living } from "./household";
import { lights, packs } from "./packs";
import { hashOf, paintOf } from "./paints";
import { clothing, footwear } from "./wear";

const MOTIFS: Record<string, Motif> = {
  ...camp, ...campKitchen, ...packs, ...lights, ...clothing, ...footwear, ...cycling, ...kitchen, ...living, ...garden,
};

/** The subject of a picture: a known motif, else the initials of the name. */
export interface Subject {
  motif: string;
  colour: string;
  name: string;
}

/** The markup of the picture of a product, in its colour. */
export function picture({ motif, colour, name }: Subject): string {
  const paint = paintOf(colour);
  const drawn = MOTIFS[motif]?.(paint);
  const inside = drawn ? stage(paint) + drawn : monogram(paint, name);
  return `<svg viewBox="0 0 240 240" aria-hidden="true" focusable="false">${inside}</svg>`;
}

function stage(paint: Paint): string {
  return (
    `<rect width="240" height="240" fill="${paint.lite}" opacity=".3"/>` +
    `<circle cx="120" cy="118" r="96" fill="#fff" opacity=".45"/>` +
    `<ellipse cx="120" cy="194" rx="82" ry="9" fill="#2a2118" opacity=".13"/>`
  );
}

/** For products without a motif: initials on shapes that depend on the name. */
function monogram(paint: Paint, name: string): string {
  const seed = hashOf(name);
  const at = (n: number): number => 10 + ((seed >>> (n * 5)) % 32) * 7;
  return (
    `<rect width="240" height="240" fill="${paint.lite}" opacity=".55"/>` +
    disc(at(0), at(1), 40 + (seed % 40), paint.lite) +
    fill(`M${at(2)} ${at(3) - 40} l50 80 h-100 Z`, paint.lite) +
    `<text x="120" y="124" text-anchor="middle" dominant-baseline="central" font-family="Georgia, serif" font-size="92" fill="${paint.dark}">${initials(name)}</text>`
  );
}

/** The first letters of the first two words; the markup contains no other text. */
function initials(name: string): string {
  const words = name.match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.slice(0, 2).map((word) => [...word][0]!.toUpperCase()).join("");
}
