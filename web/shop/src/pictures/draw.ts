/** The shapes of all pictures. A picture is 240 by 240; the floor is at 190. */

export interface Paint {
  base: string;
  dark: string;
  lite: string;
}

export type Motif = (c: Paint) => string;

export const WOOD = "#c99d6e";
export const WOOD_DARK = "#a67b50";
export const STEEL = "#cfd4d8";
export const STEEL_DARK = "#98a2aa";
export const INK = "#3b4249";
export const PAPER = "#fcf8f1";
export const GLOW = "#ffd978";
export const LEAF = "#6d9868";
export const LEAF_DARK = "#517a50";

/** A filled path. */
export const fill = (d: string, paint: string): string => `<path d="${d}" fill="${paint}"/>`;

/** A stroke along a path, with round ends. */
export const line = (d: string, paint: string, width = 5): string =>
  `<path d="${d}" fill="none" stroke="${paint}" stroke-width="${width}" stroke-linecap="round" stroke-linejoin="round"/>`;

export const box = (x: number, y: number, w: number, h: number, radius: number, paint: string): string =>
  `<rect x="${x}" y="${y}" width="${w}" height="${h}" rx="${radius}" fill="${paint}"/>`;

export const oval = (x: number, y: number, rx: number, ry: number, paint: string): string =>
  `<ellipse cx="${x}" cy="${y}" rx="${rx}" ry="${ry}" fill="${paint}"/>`;

export const disc = (x: number, y: number, r: number, paint: string): string => oval(x, y, r, r, paint);

export const ring = (x: number, y: number, r: number, paint: string, width = 5): string =>
  `<circle cx="${x}" cy="${y}" r="${r}" fill="none" stroke="${paint}" stroke-width="${width}"/>`;
