/** Options for uPlot: axes, grid and marks in the colours of the theme. */

import uPlot from "uplot";

import type { Line, Mark } from "../lib/samples";

/** The point under the mouse: its index and its distance from the left, in pixels. */
export interface Cursor {
  index: number;
  left: number;
}

export interface ChartSettings {
  width: number;
  height: number;
  lines: readonly Line[];
  format: (value: number) => string;
  marks: () => readonly Mark[];
  syncKey: string;
  floor: number | undefined;
  band: readonly [number, number] | undefined;
  zero: boolean;
  onCursor: (cursor: Cursor | null) => void;
}

export function colour(hue: number): string {
  return `var(--series-${((hue - 1) % 8) + 1})`;
}

/** The current value of a CSS variable: a canvas cannot use the variable itself. */
function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

export function chartOptions(settings: ChartSettings): uPlot.Options {
  const axis = {
    stroke: token("--text-faint"),
    font: "12px system-ui, sans-serif",
    grid: { stroke: token("--line"), width: 1 },
    ticks: { show: false },
  };
  return {
    width: settings.width,
    height: settings.height,
    padding: [12, 14, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: false, y: false },
      points: { size: 7 },
      ...(settings.syncKey ? { sync: { key: settings.syncKey } } : {}),
    },
    scales: { y: { range: (_plot, low, high) => range(...around(low, high, settings.zero), settings.floor) } },
    axes: [
      { ...axis, space: 80, size: 30, values: hours },
      { ...axis, size: 58, values: (_plot, values) => values.map((one) => settings.format(one)) },
    ],
    series: [{}, ...settings.lines.map(series)],
    ...(settings.band ? { bands: [band(settings.band, settings.lines)] } : {}),
    hooks: {
      drawAxes: [(plot) => settings.zero && drawZero(plot)],
      draw: [(plot) => drawMarks(plot, settings.marks())],
      setCursor: [(plot) => settings.onCursor(cursor(plot))],
    },
  };
}

function series(line: Line): uPlot.Series {
  return {
    label: line.label,
    stroke: token(`--series-${((line.hue - 1) % 8) + 1}`),
    width: 1.75,
    points: { show: false },
    spanGaps: true,
    ...(line.dashed ? { dash: [5, 4] } : {}),
  };
}

/** The area between two lines, in the lighter colour of the upper one. */
function band([upper, lower]: readonly [number, number], lines: readonly Line[]): uPlot.Band {
  const hue = lines[upper]?.hue ?? 1;
  return { series: [upper + 1, lower + 1], fill: `${token(`--series-${((hue - 1) % 8) + 1}`)}26` };
}

function around(low: number, high: number, zero: boolean): [number, number] {
  if (!zero || low === null || high === null) return [low, high];
  return [Math.min(0, low), Math.max(0, high)];
}

/** A margin above and below the values; down to `floor` if they come near it. */
function range(low: number, high: number, floor: number | undefined): [number, number] {
  if (low === null || high === null || !Number.isFinite(low)) return [0, 1];
  const room = (high - low || Math.abs(high) || 1) * 0.12;
  const bottom = floor !== undefined && low - room < floor + (high - floor) * 0.4 ? floor : low - room;
  return [bottom, high + room];
}

/** Times of day, with seconds where ticks are closer than a minute; at midnight the date. */
function hours(_plot: uPlot, times: number[], _axis: number, _space: number, apart: number): string[] {
  const minutes = { hour: "2-digit", minute: "2-digit" } as const;
  const parts = apart < 60 ? ({ ...minutes, second: "2-digit" } as const) : minutes;
  return times.map((seconds) => {
    const time = new Date(seconds * 1000);
    const midnight = time.getHours() + time.getMinutes() + time.getSeconds() === 0;
    return midnight
      ? time.toLocaleDateString("en-GB", { day: "numeric", month: "short" })
      : time.toLocaleTimeString("en-GB", parts);
  });
}

function cursor(plot: uPlot): Cursor | null {
  const { idx, left } = plot.cursor;
  return typeof idx === "number" && left !== undefined && left >= 0 ? { index: idx, left } : null;
}

function drawZero({ ctx, bbox, valToPos }: uPlot): void {
  const y = Math.round(valToPos(0, "y", true));
  ctx.save();
  ctx.strokeStyle = token("--text-faint");
  ctx.lineWidth = devicePixelRatio;
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.restore();
}

function drawMarks(plot: uPlot, marks: readonly Mark[]): void {
  const { ctx, bbox } = plot;
  const { min = 0, max = 0 } = plot.scales["x"] ?? {};
  ctx.save();
  for (const mark of marks) {
    const seconds = mark.time / 1000;
    if (seconds < (min ?? 0) || seconds > (max ?? 0)) continue;
    const x = Math.round(plot.valToPos(seconds, "x", true));
    ctx.strokeStyle = ctx.fillStyle = token(`--${mark.tone}`);
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    flag(ctx, x, bbox.top, mark.tone === "bad");
  }
  ctx.restore();
}

/** A triangle at the top of a mark: pointing down for worse, up for better. */
function flag(ctx: CanvasRenderingContext2D, x: number, top: number, down: boolean): void {
  const size = 5 * devicePixelRatio;
  const [base, tip] = down ? [top - size, top + size * 0.6] : [top + size * 0.6, top - size];
  ctx.beginPath();
  ctx.moveTo(x - size, base);
  ctx.lineTo(x + size, base);
  ctx.lineTo(x, tip);
  ctx.fill();
}
