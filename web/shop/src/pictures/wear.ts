import { box, disc, fill, GLOW, INK, line, type Motif, oval, PAPER, WOOD, WOOD_DARK } from "./draw";

const jacket: Motif = (c) =>
  fill("M86 66 L56 84 L34 156 L58 166 L76 122 V190 H164 V122 L182 166 L206 156 L184 84 L154 66 Z", c.base) +
  fill("M120 76 L154 66 L184 84 L206 156 L182 166 L164 122 V190 H120 Z", c.dark) +
  fill("M84 68 Q84 34 120 34 Q156 34 156 68 L120 92 Z", c.lite) +
  fill("M98 66 Q98 48 120 48 Q142 48 142 66 L120 82 Z", INK) +
  line("M120 88 V190", PAPER, 4) +
  line("M90 150 L102 138 M150 150 L138 138", PAPER, 4);

const jumper: Motif = (c) =>
  fill("M90 60 L58 76 L34 166 L62 174 L78 128 V190 H162 V128 L178 174 L206 166 L182 76 L150 60 Z", c.base) +
  fill("M140 62 L150 60 L182 76 L206 166 L178 174 L162 128 V190 H140 Z", c.dark) +
  fill("M90 60 Q120 84 150 60 L144 54 Q120 70 96 54 Z", c.lite) +
  box(76, 178, 88, 14, 6, c.lite) +
  line("M80 108 l10 -10 10 10 10 -10 10 10 10 -10 10 10 10 -10 10 10", PAPER, 4) +
  line("M80 124 l10 -10 10 10 10 -10 10 10 10 -10 10 10 10 -10 10 10", c.lite, 4) +
  line("M37 160 L64 168 M203 160 L176 168", c.lite, 7);

const beanie: Motif = (c) =>
  disc(120, 52, 19, c.lite) + disc(114, 47, 7, PAPER) +
  fill("M56 148 Q52 66 120 66 Q188 66 184 148 Z", c.base) +
  fill("M140 68 Q188 78 184 148 H150 Q160 100 140 68 Z", c.dark) +
  line("M88 138 Q88 96 104 80 M120 138 V78 M152 138 Q152 96 138 80", c.dark, 3) +
  box(46, 138, 148, 44, 16, c.lite) +
  line("M66 148 V172 M88 148 V172 M110 148 V172 M132 148 V172 M154 148 V172 M176 148 V172", c.base, 4);

const glove = (c: { base: string; dark: string; lite: string }, dx: number): string =>
  `<g transform="translate(${dx} 0)">` +
  fill("M60 150 V84 Q60 74 68 74 Q76 74 76 84 V70 Q76 60 84 60 Q92 60 92 70 V68 Q92 58 100 58 Q108 58 108 68 V84 Q108 76 115 76 Q122 76 122 86 V150 Z", c.base) +
  fill("M60 132 L44 112 Q38 102 46 97 Q54 94 60 104 L68 116 Z", c.base) +
  line("M76 86 V108 M92 84 V108 M108 88 V108", c.dark, 3) +
  box(56, 146, 70, 42, 9, c.dark) + line("M60 160 H122 M60 172 H122", c.lite, 4) + "</g>";

const gloves: Motif = (c) =>
  `<g transform="translate(210 6) scale(-1 1)">${glove({ base: c.dark, dark: c.base, lite: c.lite }, 0)}</g>` + glove(c, 0);

const sock = (c: { base: string; dark: string; lite: string }): string =>
  fill("M84 44 H130 V122 Q132 138 154 148 Q176 158 172 174 Q168 190 146 188 Q110 186 92 172 Q84 164 84 150 Z", c.base) +
  fill("M130 132 Q136 140 154 148 Q176 158 172 174 Q168 190 146 188 Q142 164 130 132 Z", c.dark) +
  fill("M84 138 Q104 142 100 178 Q84 170 84 150 Z", c.dark) +
  box(80, 40, 54, 24, 7, c.lite) + line("M84 80 H130 M84 94 H130", c.lite, 6) + line("M84 108 H130", PAPER, 4);

const socks: Motif = (c) =>
  `<g transform="translate(28 -4)">${sock({ base: c.dark, dark: c.base, lite: c.lite })}</g><g transform="translate(-22 2)">${sock(c)}</g>`;

const boots: Motif = (c) =>
  fill("M76 56 H136 L140 112 Q176 122 194 140 Q204 152 202 172 H62 Q60 120 76 56 Z", c.base) +
  fill("M140 112 Q176 122 194 140 Q204 152 202 172 H150 Q160 140 140 112 Z", c.dark) +
  fill("M70 50 H140 L142 70 H70 Z", c.lite) +
  line("M122 80 L146 76 M124 94 L148 90 M126 108 L150 104 M136 120 L156 112", PAPER, 4) +
  fill("M58 170 H206 V184 Q206 192 198 192 H66 Q58 192 58 184 Z", INK) +
  line("M76 190 V182 M98 190 V182 M120 190 V182 M142 190 V182 M164 190 V182 M186 190 V182", c.lite, 4) +
  fill("M64 140 Q84 142 88 170 H62 Z", c.dark);

const trail: Motif = (c) =>
  fill("M42 122 Q50 98 70 110 Q90 122 108 100 Q150 132 188 142 Q210 150 206 172 H40 Q34 150 42 122 Z", c.base) +
  fill("M150 130 Q170 138 188 142 Q210 150 206 172 H140 Q166 158 150 130 Z", c.dark) +
  fill("M40 150 Q74 132 110 152 Q130 164 128 172 H40 Z", c.lite) +
  line("M98 122 L118 112 M112 132 L132 122 M126 142 L146 132", PAPER, 5) +
  fill("M36 170 H208 Q212 190 196 190 H50 Q34 190 36 170 Z", PAPER) +
  fill("M38 182 H206 Q202 192 194 192 H52 Q40 190 38 182 Z", INK);

const sandals: Motif = (c) =>
  fill("M34 166 Q80 150 124 164 Q170 176 206 164 Q212 190 190 190 H50 Q32 190 34 166 Z", WOOD) +
  fill("M34 178 Q120 188 207 178 Q206 190 190 190 H50 Q34 190 34 178 Z", WOOD_DARK) +
  fill("M122 168 Q128 118 172 122 Q198 130 192 168 L176 170 Q176 142 156 142 Q142 144 142 170 Z", c.base) +
  fill("M58 160 Q56 98 96 96 Q116 98 126 128 L112 138 Q104 118 92 118 Q78 122 80 156 Z", c.base) +
  fill("M96 96 Q116 98 126 128 L112 138 Q108 116 96 96 Z", c.dark) +
  box(92, 92, 20, 18, 5, GLOW) + box(97, 97, 10, 8, 2, c.dark);

const slippers: Motif = (c) =>
  `<g transform="translate(14 -22)">${slipper({ base: c.dark, dark: c.base, lite: c.lite })}</g>${slipper(c)}`;

const slipper = (c: { base: string; dark: string; lite: string }): string =>
  fill("M34 172 Q30 146 60 148 Q84 156 96 130 Q112 112 146 122 Q190 134 192 176 Z", c.base) +
  fill("M34 168 Q36 148 60 148 Q84 156 96 132 Q104 152 84 166 Q60 176 34 168 Z", PAPER) +
  fill("M150 124 Q190 134 192 176 H160 Q172 146 150 124 Z", c.dark) +
  fill("M32 172 H194 Q196 188 184 188 H44 Q32 188 32 172 Z", c.lite);

const wellies: Motif = (c) =>
  fill("M84 40 H142 V120 Q178 128 190 150 Q196 164 194 178 H80 Q82 110 84 40 Z", c.base) +
  fill("M142 120 Q178 128 190 150 Q196 164 194 178 H150 Q164 150 142 120 Z", c.dark) +
  box(78, 36, 70, 18, 8, c.lite) +
  line("M98 66 V140", c.lite, 6) +
  fill("M76 174 H198 V184 Q198 192 190 192 H84 Q76 192 76 184 Z", INK) + oval(172, 148, 8, 4, c.lite);

export const clothing = { "rain-jacket": jacket, jumper, beanie, gloves, socks };
export const footwear = { boots, "trail-shoes": trail, sandals, slippers, wellies };
