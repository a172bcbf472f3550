/** Lines over time, by uPlot: with alarms marked, a tip under the cursor, and a legend. */

import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";

import { clock } from "../lib/format";
import type { Line, Mark } from "../lib/samples";
import { chartOptions, colour } from "./chart_options";

interface ChartProps {
  label: string;
  /** Milliseconds since 1970. */
  times: readonly number[];
  lines: readonly Line[];
  format: (value: number) => string;
  marks?: readonly Mark[];
  height?: number;
  /** Charts of one name move their cursors together. */
  together?: string;
  floor?: number;
}

export function Chart(props: ChartProps) {
  const { times, lines, format, marks = [], height = 210 } = props;
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const [at, setAt] = useState<{ place: number; left: number } | null>(null);
  const [theme, setTheme] = useState(document.documentElement.dataset["theme"]);
  const shape = lines.map((line) => `${line.label} ${line.hue} ${line.dashed ?? false}`).join("|");

  useEffect(() => {
    const watch = new MutationObserver(() => setTheme(document.documentElement.dataset["theme"]));
    watch.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    return () => watch.disconnect();
  }, []);

  const drawn = useRef(marks);
  drawn.current = marks;

  useEffect(() => {
    const root = place.current;
    if (!root) return;
    const options = chartOptions({
      width: root.clientWidth,
      height,
      lines,
      format,
      marks: () => drawn.current,
      together: props.together ?? "",
      floor: props.floor,
      onCursor: setAt,
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
      <div ref={place} />
      {at && times[at.place] !== undefined && <Tip {...props} at={at} />}
      <Legend lines={lines} format={format} />
    </figure>
  );
}

function Tip({ times, lines, format, at }: ChartProps & { at: { place: number; left: number } }) {
  const side = at.left > 320 ? { right: `calc(100% - ${at.left - 10}px)` } : { left: `${at.left + 66}px` };
  return (
    <div class="tip" style={side} aria-hidden="true">
      <div class="faint">{clock(times[at.place])}</div>
      <ul>
        {lines.map((line) => (
          <li key={line.label}>
            <i class="swatch" style={{ background: colour(line.hue) }} />
            {line.label}
            <b>{value(line, at.place, format)}</b>
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

function value(line: Line, place: number, format: (value: number) => string): string {
  const found = line.values[place];
  return found === null || found === undefined ? "–" : format(found);
}

function summary({ label, lines, format }: ChartProps): string {
  const now = lines.map((line) => `${line.label} ${value(line, line.values.length - 1, format)}`);
  return `${label}. Now: ${now.join(", ")}.`;
}
