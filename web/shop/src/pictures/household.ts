import { box, disc, fill, GLOW, INK, LEAF, LEAF_DARK, line, type Motif, oval, PAPER, ring, STEEL, STEEL_DARK, WOOD, WOOD_DARK } from "./draw";

const bicycle: Motif = (c) =>
  ring(66, 146, 42, INK, 6) + ring(176, 146, 42, INK, 6) + disc(66, 146, 5, INK) + disc(176, 146, 5, INK) +
  line("M66 146 L94 88 H156 L120 146 H66 M94 88 L120 146 M156 88 L176 146", c.base, 8) +
  line("M156 88 L150 68 H170 M94 88 L90 76", STEEL_DARK, 6) +
  line("M76 74 H104", WOOD_DARK, 9) + line("M168 68 Q182 70 178 84", WOOD_DARK, 7) +
  disc(120, 146, 11, c.dark) + line("M120 146 L132 164 M126 165 H140", INK, 4);

const helmet: Motif = (c) =>
  line("M66 142 Q90 182 106 192 Q124 182 160 150", INK, 5) +
  fill("M36 136 Q40 62 116 58 Q194 58 206 128 Q208 144 190 146 Q120 158 48 152 Q36 150 36 136 Z", c.base) +
  fill("M36 136 Q36 126 40 116 Q120 136 202 112 L206 128 Q208 144 190 146 Q120 158 48 152 Q36 150 36 136 Z", c.dark) +
  fill("M78 76 Q92 66 104 66 L96 116 Q78 116 62 110 Q66 90 78 76 Z", c.lite) +
  fill("M118 64 Q134 64 146 68 L146 114 Q128 118 112 118 Z", c.lite) +
  fill("M160 74 Q180 84 188 106 Q176 110 162 112 Z", c.lite);

const bell: Motif = (c) =>
  box(64, 176, 112, 16, 8, INK) + box(106, 156, 28, 26, 4, STEEL_DARK) +
  fill("M52 152 Q54 84 120 84 Q186 84 188 152 Z", c.base) +
  fill("M138 86 Q186 94 188 152 H150 Q160 112 138 86 Z", c.dark) +
  box(46, 146, 148, 14, 7, c.lite) + disc(120, 80, 10, INK) +
  line("M72 134 Q76 110 96 100", PAPER, 6) +
  line("M186 140 L206 122", STEEL_DARK, 8) + disc(208, 120, 8, INK) +
  line("M44 92 Q34 80 40 66 M62 70 Q56 58 64 46", GLOW, 5);

const pannier: Motif = (c) =>
  line("M84 76 H156", INK, 6) + box(84, 50, 16, 28, 5, INK) + box(140, 50, 16, 28, 5, INK) +
  fill("M64 72 H176 L184 172 Q184 190 166 190 H74 Q56 190 56 172 Z", c.base) +
  fill("M146 72 H176 L184 172 Q184 190 166 190 H150 Z", c.dark) +
  fill("M60 66 H180 L178 122 Q120 134 62 122 Z", c.lite) +
  line("M92 126 V152 M148 126 V152", INK, 6) + box(85, 144, 14, 12, 3, PAPER) + box(141, 144, 14, 12, 3, PAPER) +
  disc(120, 98, 8, PAPER);

const bottle: Motif = (c) =>
  fill("M90 84 Q90 72 104 70 H136 Q150 72 150 84 V118 Q144 126 150 134 V174 Q150 190 136 190 H104 Q90 190 90 174 V134 Q96 126 90 118 Z", c.base) +
  fill("M128 70 H136 Q150 72 150 84 V118 Q144 126 150 134 V174 Q150 190 136 190 H126 Z", c.dark) +
  box(96, 54, 48, 20, 6, INK) + box(110, 36, 20, 20, 6, c.lite) +
  line("M101 86 V112 M101 142 V172", PAPER, 4) + box(90, 150, 60, 12, 0, c.lite);

const kettle: Motif = (c) =>
  line("M82 92 Q82 40 122 40 Q162 40 162 92", WOOD_DARK, 9) +
  fill("M168 112 Q194 110 204 84 L216 90 Q208 136 174 150 Z", c.dark) +
  fill("M54 170 Q52 92 120 88 Q188 92 186 170 Q186 190 166 190 H74 Q54 190 54 170 Z", c.base) +
  fill("M138 90 Q188 98 186 170 Q186 190 166 190 H140 Q166 140 138 90 Z", c.dark) +
  oval(120, 92, 40, 10, c.lite) + disc(120, 80, 9, WOOD) + line("M74 166 Q74 124 98 110", PAPER, 6);

const dripper: Motif = (c) =>
  fill("M78 52 H162 L136 104 H104 Z", c.base) + fill("M134 52 H162 L136 104 H124 Z", c.dark) +
  oval(120, 53, 42, 9, PAPER) + oval(120, 54, 32, 6, "#7c5236") + box(72, 100, 96, 11, 5, c.lite) +
  line("M165 66 Q186 66 182 82 Q178 94 152 92", c.dark, 7) +
  fill("M84 112 H156 L168 176 Q168 190 154 190 H86 Q72 190 72 176 Z", "#e4ecef") +
  fill("M77 150 H163 L168 176 Q168 190 154 190 H86 Q72 190 72 176 Z", "#8a5d3d") +
  line("M120 112 V146", "#8a5d3d", 3) + line("M92 124 L86 164", PAPER, 5);

const pan: Motif = (c) =>
  line("M172 122 L218 96", WOOD_DARK, 15) + line("M206 102 L216 97", WOOD, 7) +
  oval(108, 136, 78, 52, c.dark) + oval(108, 130, 78, 50, c.base) + oval(108, 132, 64, 38, INK) +
  fill("M72 130 Q74 110 98 112 Q116 102 132 116 Q152 122 144 138 Q138 154 114 150 Q88 160 78 146 Q70 140 72 130 Z", PAPER) +
  disc(108, 130, 13, GLOW) + disc(104, 126, 4, "#ffeeb8");

const knife: Motif = (c) =>
  box(40, 122, 160, 62, 12, WOOD) + box(40, 174, 160, 14, 6, WOOD_DARK) +
  line("M56 140 H120 M70 156 H150 M140 140 H184", WOOD_DARK, 3) +
  fill("M30 96 Q40 62 130 62 H150 V96 Z", STEEL) + fill("M30 96 Q70 84 150 84 V96 Z", STEEL_DARK) +
  box(148, 62, 66, 24, 10, c.base) + box(148, 74, 66, 12, 6, c.dark) + disc(166, 74, 3, PAPER) + disc(186, 74, 3, PAPER);

const bowl: Motif = (c) =>
  fill("M50 154 H190 Q184 190 152 192 H88 Q56 190 50 154 Z", c.dark) + oval(120, 154, 70, 12, c.lite) +
  fill("M40 110 H200 Q194 164 148 166 H92 Q46 164 40 110 Z", c.base) +
  fill("M150 110 H200 Q194 164 148 166 H132 Q156 140 150 110 Z", c.dark) +
  oval(120, 110, 80, 15, c.lite) + oval(120, 112, 66, 10, PAPER) + line("M58 128 Q64 146 80 152", c.lite, 5);

const armchair: Motif = (c) =>
  line("M70 176 L62 194 M170 176 L178 194", WOOD_DARK, 8) +
  fill("M62 120 Q58 46 120 46 Q182 46 178 120 V150 H62 Z", c.base) +
  fill("M140 48 Q182 54 178 120 V150 H140 Z", c.dark) +
  box(72, 126, 96, 34, 14, c.lite) +
  fill("M40 112 Q40 98 54 98 Q70 98 70 114 V148 H170 V114 Q170 98 186 98 Q200 98 200 112 V166 Q200 180 186 180 H54 Q40 180 40 166 Z", c.dark) +
  line("M52 112 V160 M188 112 V160", c.base, 5) + disc(104, 88, 3, c.dark) + disc(136, 88, 3, c.lite) + disc(120, 76, 3, c.dark);

const cushion: Motif = (c) =>
  fill("M48 64 Q120 84 192 64 Q202 60 200 72 Q182 126 200 180 Q202 192 192 188 Q120 168 48 188 Q38 192 40 180 Q58 126 40 72 Q38 60 48 64 Z", c.base) +
  fill("M150 72 Q172 70 192 64 Q202 60 200 72 Q182 126 200 180 Q202 192 192 188 Q172 182 150 179 Q164 126 150 72 Z", c.dark) +
  line("M70 92 L170 160 M70 160 L170 92 M120 80 V172 M58 126 H182", c.lite, 4) + disc(120, 126, 9, PAPER);

const vase: Motif = (c) =>
  line("M120 96 Q118 60 96 34 M120 96 Q122 60 146 26 M120 96 V44", LEAF_DARK, 4) +
  oval(92, 36, 13, 8, LEAF) + oval(108, 60, 12, 7, LEAF) + oval(148, 28, 13, 8, LEAF) + oval(136, 56, 12, 7, LEAF) + oval(120, 40, 8, 13, LEAF_DARK) +
  fill("M102 92 H138 Q134 112 150 124 Q174 142 166 170 Q160 190 142 190 H98 Q80 190 74 170 Q66 142 90 124 Q106 112 102 92 Z", c.base) +
  fill("M126 92 H138 Q134 112 150 124 Q174 142 166 170 Q160 190 142 190 H128 Q158 150 126 116 Z", c.dark) +
  oval(120, 92, 20, 5, c.lite) + line("M88 166 Q82 148 98 136", c.lite, 5);

const clock: Motif = (c) =>
  disc(120, 118, 76, c.dark) + disc(116, 114, 74, c.base) + disc(116, 114, 60, PAPER) +
  line("M116 62 V72 M116 156 V166 M64 114 H74 M158 114 H168", INK, 5) +
  line("M116 114 V82 M116 114 L140 128", INK, 6) + line("M116 114 L92 146", c.base, 3) + disc(116, 114, 6, c.dark);

const blanket: Motif = (c) =>
  fill("M52 84 Q52 70 66 70 H178 Q192 70 192 84 V98 H52 Z", c.lite) +
  fill("M44 110 Q44 96 58 96 H184 Q198 96 198 110 V132 H44 Z", c.base) +
  fill("M38 146 Q38 130 54 130 H188 Q204 130 204 146 V176 Q204 190 190 190 H52 Q38 190 38 176 Z", c.dark) +
  line("M42 150 H200 M42 170 H200", c.lite, 5) + line("M48 114 H194", PAPER, 4) +
  line("M60 190 V202 M80 190 V202 M100 190 V202 M120 190 V202 M140 190 V202 M160 190 V202 M180 190 V202", c.base, 3);

const can: Motif = (c) =>
  line("M74 108 Q28 104 36 150 Q42 172 76 168", c.dark, 9) +
  fill("M150 126 L206 70 L214 80 L156 164 Z", c.dark) + line("M194 60 L222 86", c.lite, 11) +
  fill("M74 96 H152 L164 176 Q164 190 150 190 H76 Q62 190 62 176 Z", c.base) +
  fill("M128 96 H152 L164 176 Q164 190 150 190 H128 Z", c.dark) + line("M78 96 Q112 40 150 96", c.lite, 8) +
  box(68, 92, 90, 11, 5, c.lite) + line("M84 118 L79 168", PAPER, 5);

const planter: Motif = (c) =>
  fill("M120 116 Q62 112 60 56 Q114 60 120 116 Z", LEAF) + fill("M120 116 Q178 108 180 44 Q124 54 120 116 Z", LEAF_DARK) +
  fill("M120 120 Q96 70 122 28 Q146 72 120 120 Z", "#86b27c") + line("M120 122 V60", LEAF_DARK, 3) +
  fill("M74 132 H166 L156 178 Q154 190 142 190 H98 Q86 190 84 178 Z", c.base) +
  fill("M138 132 H166 L156 178 Q154 190 142 190 H132 Z", c.dark) + box(66, 116, 108, 22, 7, c.lite);

const trowel: Motif = (c) =>
  `<g transform="rotate(38 120 120)">` + line("M120 84 V110", STEEL_DARK, 9) + box(108, 28, 24, 62, 12, c.base) + box(120, 28, 12, 62, 6, c.dark) +
  box(108, 42, 24, 8, 0, c.lite) + fill("M90 108 H150 Q156 162 120 204 Q84 162 90 108 Z", STEEL) + fill("M120 108 H150 Q156 162 120 204 Z", STEEL_DARK) + "</g>";

const birdhouse: Motif = (c) =>
  line("M120 176 V200", WOOD_DARK, 11) + fill("M70 96 L120 58 L170 96 V176 H70 Z", c.base) + fill("M120 58 L170 96 V176 H140 V72 Z", c.dark) +
  line("M54 104 L120 50 L186 104", WOOD_DARK, 13) + disc(112, 118, 17, INK) + line("M112 152 H112", WOOD, 8) + line("M108 150 L98 156", WOOD, 6) +
  fill("M176 52 Q190 40 202 52 L214 50 L204 60 Q198 74 182 70 Q174 64 176 52 Z", GLOW) + disc(198, 53, 2, INK);

const seeds: Motif = (c) =>
  fill("M66 48 H174 L170 190 H70 Z", PAPER) + fill("M66 48 H174 L173 82 H67 Z", c.base) + fill("M67 60 l7 -12 h100 l-1 14 Z", c.dark) +
  line("M84 66 H156", PAPER, 4) + line("M120 172 V118", LEAF_DARK, 4) +
  fill("M120 150 Q92 150 88 126 Q116 126 120 150 Z", LEAF) + fill("M120 142 Q148 142 152 116 Q124 118 120 142 Z", LEAF_DARK) +
  disc(120, 108, 13, c.base) + disc(120, 108, 5, GLOW) + line("M84 178 H156", c.lite, 4) +
  oval(188, 186, 6, 4, WOOD_DARK) + oval(202, 190, 6, 4, WOOD) + oval(192, 194, 5, 3, WOOD_DARK);

export const cycling = { bicycle, helmet, bell, pannier, bottle };
export const kitchen = { kettle, dripper, pan, knife, bowl };
export const living = { armchair, cushion, vase, clock, blanket };
export const garden = { "watering-can": can, planter, trowel, birdhouse, seeds };
