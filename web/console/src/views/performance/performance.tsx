/** Does it pay? Click-through, conversion and revenue of the lists, and the lift against the hold-out. */

import { useMemo } from "preact/hooks";

import type { GetPerformanceResponseJson } from "../../api/types";
import { useApi } from "../../lib/context";
import { useLoad } from "../../lib/load";
import { daysAsked, daysOf, daysText, GROUPS, type Group, offsetOf, PERIODS, type Period } from "../../lib/performance";
import { href, replace, type Route } from "../../lib/router";
import { Card, Choice, Empty, PageHeader } from "../../ui/parts";
import { WhenLoaded } from "../../ui/states";
import { ByDay } from "./by_day";
import { Download } from "./download";
import { HoldOuts } from "./hold_outs";
import { Rows } from "./rows";
import { Tiles } from "./tiles";

const EVERY_MS = 30_000;
const ROWS = 50;
const PERIOD_NAMES: readonly (readonly [Period, string])[] = PERIODS.map((one) => [
  one,
  one === "week" ? "Last week" : `${one} days`,
]);
const GROUP_NAMES: readonly (readonly [Group, string])[] = [
  ["placement", "Placement"],
  ["policy", "Policy"],
  ["item", "Item"],
];

export function Performance({ route }: { route: Route }) {
  const api = useApi();
  const days = PERIODS.find((one) => one === route.query.get("days")) ?? "28";
  const by = GROUPS.find((one) => one === route.query.get("by")) ?? "placement";
  const ask = async (groupBy: string, pageSize: number) =>
    api.get<GetPerformanceResponseJson>("/v1/performance", { ...(await daysAsked(api, days)), groupBy, pageSize });
  const rows = useLoad(() => ask(by, ROWS), [api, days, by], EVERY_MS);
  const daily = useLoad(() => ask("day", 1000), [api, days], EVERY_MS); // its total knows visitors; that of items does not
  const open = (change: object) => replace(href("performance", "", { days, by, ...change }));
  return (
    <>
      <PageHeader title="Performance" text={<>Does it pay? What came of the lists, beside all orders of the shop.</>}>
        <Choice label="Period" options={PERIOD_NAMES} value={days} onChange={(one) => open({ days: one })} />
      </PageHeader>
      <WhenLoaded loaded={daily}>
        {(each) => (
          <div class="stack performance">
            <p class="faint">
              {daysText(each, offsetOf(each))}, compared with the {daysOf(days)} days before
            </p>
            <Tiles found={each} />
            <HoldOuts holdOuts={each.holdOuts ?? []} offsetMs={offsetOf(each)} />
            <Card title="By day" note="Days of the shop, by the log's clock">
              <ByDay found={each} />
            </Card>
            <Card
              title={`By ${by}`}
              note={`Rates with their intervals at ${Math.round(100 * Number(each.level ?? 0.95))} %`}
              flush
              tools={
                <>
                  <Choice label="Group by" options={GROUP_NAMES} value={by} onChange={(one) => open({ by: one })} />
                  <Download days={days} by={by} />
                </>
              }
            >
              <WhenLoaded loaded={rows}>
                {(found) =>
                  found.rows?.length ? (
                    <Rows found={found} by={by} />
                  ) : (
                    <Empty icon="performance" title="No list was seen in this period">
                      Pages report seen lists as impression events: docs/events.md.
                    </Empty>
                  )
                }
              </WhenLoaded>
            </Card>
            <Limits limits={each.limits ?? {}} />
          </div>
        )}
      </WhenLoaded>
    </>
  );
}

function Limits({ limits }: { limits: Record<string, string | number> }) {
  const names = useMemo(() => Object.entries(limits), [limits]);
  if (names.length === 0) return null;
  return (
    <div class="notice warn" role="status">
      <div>
        Without a row of their own in this period: {names.map(([name, many]) => `${many} ${name}`).join(", ")}. Totals
        contain them.
      </div>
    </div>
  );
}
