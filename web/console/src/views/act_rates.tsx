/** How often an item is acted on where it is seen, with the interval that contains it with 90 %. */

import type { ActRateJson } from "../api/types";
import { count, double, percent } from "../lib/format";
import { Card, Empty } from "../ui/parts";
import { Table } from "../ui/table";

const COLUMNS = ["Placement", "Act rate", "90 % interval>", "Probability best>", "Seen>", "Acts>"];

export function ActRates({ rates }: { rates: readonly ActRateJson[] }) {
  const max = Math.max(0.001, ...rates.map((one) => double(one.high)));
  return (
    <Card title="Act rate by placement" note="Of the slots where it was seen, how many were acted on; probability best: that no other item seen there has a higher rate" flush>
      {rates.length === 0 ? (
        <Empty title="Not seen yet">
          Report impressions, as the shop's page does; a slot counts once its attribution window is over.
        </Empty>
      ) : (
        <Table label="Act rates" columns={COLUMNS}>
          {rates.map((one) => (
            <tr key={one.placement}>
              <td>{one.placement || "without a placement"}</td>
              <td>
                <Rate rate={one} max={max} />
              </td>
              <td class="right nowrap">{interval(one)}</td>
              <td class="right">{percent(double(one.probabilityBest))}</td>
              <td class="right">{count(Math.round(double(one.seen)))}</td>
              <td class="right">{count(Math.round(double(one.acts)))}</td>
            </tr>
          ))}
        </Table>
      )}
    </Card>
  );
}

/** The rate as a bar; light: its interval; the end of the bar is `max`. */
export function Rate({ rate, max }: { rate: ActRateJson; max: number }) {
  const at = (value: number) => `${100 * Math.min(1, value / max)}%`;
  const [low, high] = [double(rate.low), double(rate.high)];
  return (
    <span class="nowrap" title={`${interval(rate)}; end of the bar: ${percent(max)}`}>
      <span class="chance" aria-hidden="true">
        <i style={{ left: at(low), width: `calc(${at(high)} - ${at(low)})` }} />
        <u style={{ left: at(double(rate.mean)) }} />
      </span>
      {percent(double(rate.mean))}
    </span>
  );
}

export function interval(rate: ActRateJson): string {
  return `${percent(double(rate.low))} to ${percent(double(rate.high))}`;
}
