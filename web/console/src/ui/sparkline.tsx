/** A line without axes: the trend of a figure. */

interface SparklineProps {
  values: readonly (number | null)[];
  hue?: number;
}

const WIDTH = 200;
const HEIGHT = 34;
const POINTS_MAX = 60;

export function Sparkline({ values, hue = 1 }: SparklineProps) {
  const known = values.filter((value): value is number => value !== null);
  if (known.length < 2) return <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true" />;
  const points = averaged(known);
  const low = Math.min(...points);
  const span = Math.max(...points) - low || 1;
  const at = (value: number, index: number) => {
    const x = (WIDTH * index) / (points.length - 1);
    const y = 4 + (HEIGHT - 10) * (1 - (value - low) / span);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  };
  const line = points.map(at).join(" ");
  const colour = `var(--series-${hue})`;
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <polygon points={`0,${HEIGHT} ${line} ${WIDTH},${HEIGHT}`} fill={colour} opacity="0.1" />
      <polyline
        points={line}
        fill="none"
        stroke={colour}
        stroke-width="1.5"
        vector-effect="non-scaling-stroke"
      />
    </svg>
  );
}

/** Means of neighbouring points, so that a tile shows the trend without noise. */
function averaged(values: readonly number[]): number[] {
  const size = Math.ceil(values.length / POINTS_MAX);
  if (size <= 1) return [...values];
  const starts = Array.from({ length: Math.floor(values.length / size) }, (_, n) => n * size);
  return starts.map((start) => {
    const few = values.slice(start, start + size);
    return few.reduce((sum, value) => sum + value, 0) / few.length;
  });
}
