import { box, disc, fill, GLOW, INK, line, type Motif, oval, PAPER, ring, STEEL, STEEL_DARK, WOOD } from "./draw";

const daypack: Motif = (c) =>
  line("M100 60 Q100 38 120 38 Q140 38 140 60", INK, 6) +
  fill("M66 96 Q66 52 120 52 Q174 52 174 96 V170 Q174 190 154 190 H86 Q66 190 66 170 Z", c.base) +
  fill("M138 54 Q174 60 174 96 V170 Q174 190 154 190 H138 Z", c.dark) +
  box(82, 122, 76, 58, 12, c.lite) +
  line("M82 136 H158", c.dark, 3) +
  line("M138 136 V148", INK, 4) +
  line("M84 84 Q120 70 156 84", PAPER, 3) +
  box(106, 94, 28, 14, 4, PAPER);

const trekking: Motif = (c) =>
  fill("M80 70 H160 L168 176 Q168 190 154 190 H86 Q72 190 72 176 Z", c.base) +
  fill("M134 70 H160 L168 176 Q168 190 154 190 H130 Z", c.dark) +
  fill("M72 72 Q72 40 120 40 Q168 40 168 72 Q168 86 150 86 H90 Q72 86 72 72 Z", c.lite) +
  line("M100 84 V112 M140 84 V112", INK, 5) +
  box(90, 112, 60, 50, 10, c.dark) +
  line("M98 126 H142", c.lite, 3) +
  box(54, 116, 20, 56, 9, c.dark) + box(166, 116, 20, 56, 9, c.dark) +
  box(70, 176, 100, 18, 9, PAPER) + line("M92 176 V194 M148 176 V194", INK, 4);

const duffel: Motif = (c) =>
  line("M88 112 Q88 62 120 62 Q152 62 152 112", INK, 7) +
  fill("M36 142 Q36 100 68 100 H172 Q204 100 204 142 Q204 190 172 190 H68 Q36 190 36 142 Z", c.base) +
  fill("M164 100 H172 Q204 100 204 142 Q204 190 172 190 H164 Q180 144 164 100 Z", c.dark) +
  fill("M76 100 H68 Q36 100 36 142 Q36 190 68 190 H76 Q60 144 76 100 Z", c.dark) +
  line("M78 118 H162", PAPER, 3) +
  line("M88 112 V188 M152 112 V188", INK, 7) +
  box(108, 138, 24, 16, 4, c.lite);

const hipBag: Motif = (c) =>
  line("M32 104 Q120 40 208 104", INK, 8) +
  fill("M46 104 Q120 84 194 104 Q204 170 150 178 Q120 182 90 178 Q36 170 46 104 Z", c.base) +
  fill("M150 96 Q172 98 194 104 Q204 170 150 178 Z", c.dark) +
  fill("M66 130 Q120 116 174 130 Q174 162 146 166 Q120 168 94 166 Q66 162 66 130 Z", c.lite) +
  line("M62 112 Q120 96 178 112", PAPER, 3) +
  line("M168 114 V126", INK, 4);

const tote: Motif = (c) =>
  line("M88 92 Q88 42 120 42 Q152 42 152 92", c.dark, 7) +
  fill("M58 88 H182 L190 176 Q190 190 176 190 H64 Q50 190 50 176 Z", c.base) +
  fill("M150 88 H182 L190 176 Q190 190 176 190 H154 Z", c.dark) +
  line("M66 104 H174", c.lite, 3) +
  fill("M86 160 L110 122 L124 144 L134 132 L152 160 Z", c.lite) +
  disc(142, 118, 6, PAPER);

const headlamp: Motif = (c) =>
  fill("M44 118 Q44 62 120 62 Q196 62 196 118 L184 122 Q180 80 120 80 Q60 80 56 122 Z", c.dark) +
  fill("M38 112 Q120 156 202 112 L200 142 Q120 184 40 142 Z", c.base) +
  line("M42 126 Q120 170 198 126", c.lite, 3) +
  fill("M90 160 L60 196 H180 L150 160 Z", "#fff1c4") +
  box(82, 110, 76, 62, 20, INK) +
  disc(120, 140, 24, STEEL) + disc(120, 140, 17, GLOW) + disc(115, 135, 6, PAPER);

const lantern: Motif = (c) =>
  line("M84 72 Q84 34 120 34 Q156 34 156 72", STEEL_DARK, 5) +
  fill("M92 66 H148 L160 84 H80 Z", c.dark) +
  box(84, 84, 72, 76, 8, "#fff1c4") +
  oval(120, 126, 15, 25, GLOW) + fill("M120 108 Q134 130 120 144 Q106 130 120 108 Z", "#f59f3d") +
  line("M90 84 V160 M150 84 V160", STEEL_DARK, 4) +
  fill("M80 158 H160 L168 190 H72 Z", c.base) +
  fill("M130 158 H160 L168 190 H134 Z", c.dark) +
  disc(120, 175, 6, c.lite);

const tableLamp: Motif = (c) =>
  fill("M64 116 L40 196 H200 L176 116 Z", "#fff3d0") +
  line("M120 116 V178", WOOD, 8) +
  fill("M92 50 H148 L178 118 H62 Z", c.base) +
  fill("M126 50 H148 L178 118 H140 Z", c.dark) +
  line("M90 62 L72 106", c.lite, 4) +
  oval(120, 184, 40, 9, WOOD) + oval(120, 181, 40, 8, "#dbb48a");

const pendant: Motif = (c) =>
  line("M120 20 V70", INK, 4) +
  fill("M66 142 L44 206 H196 L174 142 Z", "#fff3d0") +
  box(110, 62, 20, 18, 4, STEEL_DARK) +
  fill("M50 142 Q54 78 120 78 Q186 78 190 142 Z", c.base) +
  fill("M136 79 Q184 86 190 142 H150 Q156 100 136 79 Z", c.dark) +
  oval(120, 142, 70, 11, c.lite) + oval(120, 144, 24, 12, GLOW) +
  line("M70 122 Q76 100 94 92", c.lite, 4);

const candle: Motif = (c) =>
  fill("M120 40 Q140 68 120 84 Q100 68 120 40 Z", "#f7a844") + fill("M120 56 Q129 70 120 80 Q111 70 120 56 Z", "#fff1c4") +
  line("M120 80 V96", INK, 3) +
  fill("M74 104 H166 V172 Q166 190 148 190 H92 Q74 190 74 172 Z", c.base) +
  fill("M136 104 H166 V172 Q166 190 148 190 H132 Z", c.dark) +
  oval(120, 104, 46, 10, c.lite) + oval(120, 104, 34, 6, PAPER) +
  box(92, 128, 56, 36, 4, PAPER) + line("M104 141 H136 M110 152 H130", c.dark, 3) + ring(120, 66, 34, "#fff3d0", 3);

export const packs = { daypack, "trekking-pack": trekking, duffel, "hip-bag": hipBag, tote };
export const lights = { headlamp, lantern, "table-lamp": tableLamp, "pendant-lamp": pendant, candle };
