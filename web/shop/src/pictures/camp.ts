import { box, disc, fill, INK, line, type Motif, oval, PAPER, ring, STEEL, STEEL_DARK, WOOD, WOOD_DARK } from "./draw";

const tent: Motif = (c) =>
  fill("M120 62 L206 190 H34 Z", c.base) +
  fill("M120 62 L206 190 H150 Z", c.dark) +
  fill("M118 84 L152 190 H88 Z", c.lite) +
  fill("M118 84 L126 190 H88 Z", PAPER) +
  line("M120 62 V52", INK, 4) +
  line("M62 150 L30 190 M180 152 L212 190", c.dark, 3);

const hammock: Motif = (c) =>
  line("M36 50 V190 M204 50 V190", WOOD_DARK, 9) +
  line("M36 82 L60 106 M204 82 L180 106", INK, 3) +
  fill("M56 104 Q120 196 184 104 Q176 176 120 178 Q64 176 56 104 Z", c.base) +
  fill("M56 104 Q120 152 184 104 Q120 182 56 104 Z", c.lite) +
  line("M78 132 Q84 160 100 171 M162 132 Q156 160 140 171", c.dark, 3) +
  line("M120 144 V176", c.dark, 3);

const sleepingBag: Motif = (c) =>
  fill("M66 74 Q68 44 120 44 Q172 44 174 74 L160 176 Q156 192 120 192 Q84 192 80 176 Z", c.base) +
  fill("M120 44 Q172 44 174 74 L160 176 Q156 192 120 192 Z", c.dark) +
  oval(120, 78, 34, 24, c.lite) +
  oval(120, 82, 25, 16, INK) +
  line("M79 118 Q120 132 161 118 M82 146 Q120 158 158 146", c.lite, 3) +
  line("M146 96 L138 186", PAPER, 3);

const mat: Motif = (c) =>
  fill("M70 164 H206 L190 190 H54 Z", c.base) +
  line("M104 166 L90 188 M136 166 L122 188 M168 166 L154 188", c.dark, 4) +
  oval(68, 152, 38, 38, c.dark) +
  oval(68, 152, 29, 29, c.base) +
  oval(68, 152, 19, 19, c.dark) +
  oval(68, 152, 10, 10, c.lite) +
  fill("M68 114 H110 Q120 114 120 124 V164 H98 Q106 150 104 140 Q98 118 68 114 Z", c.base);

const chair: Motif = (c) =>
  line("M70 190 L158 112 M170 190 L84 122", STEEL_DARK, 7) +
  line("M66 56 L84 140 M150 132 L178 190", WOOD, 7) +
  fill("M60 54 Q88 44 118 54 L126 124 H74 Z", c.base) +
  fill("M74 124 H126 L174 122 L164 144 Q120 152 80 142 Z", c.dark) +
  fill("M60 54 Q88 44 118 54 L119 66 Q88 56 62 66 Z", c.lite) +
  line("M112 102 H176", WOOD_DARK, 8);

const stove: Motif = (c) =>
  box(82, 120, 76, 70, 18, c.base) +
  fill("M120 120 H140 Q158 120 158 138 V172 Q158 190 140 190 H120 Z", c.dark) +
  box(82, 148, 76, 14, 0, c.lite) +
  box(108, 100, 24, 22, 4, STEEL_DARK) +
  line("M132 110 H168 L174 118", INK, 5) +
  oval(120, 98, 30, 7, INK) +
  line("M74 76 H96 L106 98 M166 76 H144 L134 98", STEEL_DARK, 6) +
  fill("M104 92 Q98 72 110 60 Q112 70 120 52 Q130 68 130 72 Q134 66 134 64 Q144 80 136 92 Z", "#6fb1dc") +
  fill("M112 92 Q108 80 120 68 Q130 82 127 92 Z", "#cfe9f7");

const pot: Motif = (c) =>
  line("M70 104 Q120 34 170 104", STEEL_DARK, 5) +
  fill("M62 106 H178 L172 174 Q170 190 152 190 H88 Q70 190 68 174 Z", c.base) +
  fill("M134 106 H178 L172 174 Q170 190 152 190 H128 Z", c.dark) +
  box(54, 98, 132, 13, 6, c.lite) +
  disc(64, 122, 6, INK) +
  disc(176, 122, 6, INK) +
  line("M82 128 L84 166", PAPER, 5);

const mug: Motif = (c) =>
  ring(166, 132, 25, c.dark, 11) +
  fill("M66 86 H162 V174 Q162 190 146 190 H82 Q66 190 66 174 Z", c.base) +
  fill("M130 86 H162 V174 Q162 190 146 190 H122 Z", c.dark) +
  box(61, 78, 106, 12, 6, PAPER) +
  disc(88, 124, 3, c.lite) + disc(104, 158, 3, c.lite) + disc(84, 168, 2, c.lite) + disc(116, 112, 2, c.lite) +
  line("M94 62 Q86 52 94 42 M116 64 Q108 52 116 40 M138 62 Q130 52 138 42", STEEL, 4);

const flask: Motif = (c) =>
  box(88, 84, 64, 106, 14, c.base) +
  fill("M124 84 H138 Q152 84 152 98 V176 Q152 190 138 190 H124 Z", c.dark) +
  box(88, 150, 64, 12, 0, c.lite) +
  fill("M96 86 L102 70 H138 L144 86 Z", STEEL) +
  box(100, 42, 40, 30, 8, INK) +
  line("M108 50 V64", STEEL_DARK, 3) +
  line("M99 98 V140", PAPER, 4) +
  line("M152 100 Q178 104 176 130 Q174 156 152 158", INK, 6);

const cooler: Motif = (c) =>
  line("M74 90 Q74 50 120 50 Q166 50 166 90", INK, 7) +
  box(44, 98, 152, 92, 14, c.base) +
  fill("M150 98 H182 Q196 98 196 112 V176 Q196 190 182 190 H150 Z", c.dark) +
  box(38, 86, 164, 30, 10, PAPER) +
  box(38, 104, 164, 12, 6, c.lite) +
  box(104, 104, 32, 26, 6, STEEL_DARK) +
  line("M64 134 V168", c.lite, 5);

export const camp = { tent, hammock, "sleeping-bag": sleepingBag, "sleeping-mat": mat, "camp-chair": chair };
export const campKitchen = { stove, pot, mug, flask, cooler };
