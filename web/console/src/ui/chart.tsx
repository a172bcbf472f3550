/** Lines over time, drawn by uPlot: with marked alarms, a tooltip and a legend. */

import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";

import { clock } from "../lib/format";
import type { Line, Mark } from "../lib/samples";
import { type Cursor, chartOptions, colour } from "./chart_options";

interface ChartProps {
  label: string;
  /** Milliseconds since 1970. */
  times: readonly number[];
  lines: readonly Line[];
  format: (value: number) => string;
  /** Shorter texts for the axis; `format` without. */
  axis?: (value: number) => string;
  marks?: readonly Mark[];
  height?: number;
  /** Charts with the same key move their cursors together. */
  syncKey?: string;
  floor?: number;
  /** An area between two lines, by their places in `lines`: upper, lower. */
  band?: readonly [number, number];
  /** Whether 0 is always shown, as a line. */
  zero?: boolean;
}

export function Chart(props: ChartProps) {
  const { times, lines, format, marks = [], height = 210 } = props;
  const container = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const [cursor, setCursor] = useState<Cursor | null>(null);
  const [theme, setTheme] = useState(document.documentElement.dataset["theme"]);
  const shape = lines.map((line) => `${line.label} ${line.hue} ${line.dashed ?? false}`).join("|");

  useEffect(() => {
    const watch = new MutationObserver(() => setTheme(document.documentElement.dataset["theme"]));
    watch.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    return () => watch.disconnect();
  }, []);

  const latestMarks = useRef(marks);
  latestMarks.current = marks;

  useEffect(() => {
    const root = container.current;
    if (!root) return;
    const options = chartOptions({
      width: root.clientWidth,
      height,
      lines,
      format: props.axis ?? format,
      marks: () => latestMarks.current,
      syncKey: props.syncKey ?? "",
      floor: props.floor,
      band: props.band,
      zero: props.zero ?? false,
      onCursor: setCursor,
    });
    const made = new uPlot(options, [[], ...lines.map(() => [])] as uPlot.AlignedData, root);
    plot.current = made;
    const watch = new ResizeObserver(() => made.setSize({ width: root.clientWidth, height }));
    watch.observe(root);
    return () => {
      watch.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [shape, theme, height]);

  useEffect(() => {
    const data = [times.map((time) => time / 1000), ...lines.map((line) => [...line.values])];
    plot.current?.setData(data as uPlot.AlignedData);
  }, [times, lines, marks, shape, theme, height]);

  return (
    <figure class="chart" role="img" aria-label={summary(props)}>
      <div ref={container} />
      {cursor && times[cursor.index] !== undefined && <Tooltip {...props} cursor={cursor} />}
      <Legend lines={lines} format={format} />
    </figure>
  );
}

function Tooltip({ times, lines, format, cursor }: ChartProps & { cursor: Cursor }) {
  const { index, left } = cursor;
  const side = left > 320 ? { right: `calc(100% - ${left - 10}px)` } : { left: `${left + 66}px` };
  return (
    <div class="tip" style={side} aria-hidden="true">
      <div class="faint">{clock(times[index])}</div>
      <ul>
        {lines.map((line) => (
          <li key={line.label}>
            <i class="swatch" style={{ background: colour(line.hue) }} />
            {line.label}
            <b>{value(line, index, format)}</b>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Legend({ lines, format }: { lines: readonly Line[]; format: (value: number) => string }) {
  return (
    <ul class="legend">
      {lines.map((line) => (
        <li key={line.label}>
          <i class="swatch" style={{ background: colour(line.hue) }} />
          {line.label} <b>{value(line, line.values.length - 1, format)}</b>
        </li>
      ))}
    </ul>
  );
}

function value(line: Line, index: number, format: (value: number) => string): string {
  const found = line.values[index];
  return found === null || found === undefined ? "–" : format(found);
}

function summary({ label, lines, format }: ChartProps): string {
  const now = lines.map((line) => `${line.label} ${value(line, line.values.length - 1, format)}`);
  return `${label}. Now: ${now.join(", ")}.`;
}
