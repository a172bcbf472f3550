/** The visitor's current recommendations with explanations. Viewing them does not affect the model. */

import { useState } from "preact/hooks";

import type { ItemStatisticsJson, RecommendResponseJson, ResultJson } from "../api/types";
import { useApi } from "../lib/context";
import { decimal, double, percent } from "../lib/format";
import { useLoad, useSettled } from "../lib/load";
import { href } from "../lib/router";
import { type ItemsById, statisticsOf } from "../lib/item_statistics";
import { ArmNote } from "../ui/arm_note";
import { Icon } from "../ui/icons";
import { Badge, Card, Choice, Empty } from "../ui/parts";
import { Picture } from "../ui/picture";
import { WhenLoaded } from "../ui/states";
import { interval } from "./act_rates";
import { Contributions, scaleOf } from "./contributions";

const SLOTS = 10;
const MODES = [
  ["EXPLORATION_OFF", "Best list"],
  ["EXPLORATION_UNSPECIFIED", "With exploration"],
] as const;
type Mode = (typeof MODES)[number][0];

export function Slate({ visitorId, userId }: { visitorId: string; userId: string }) {
  const api = useApi();
  const [typed, setPlacement] = useState("home");
  const [exploration, setExploration] = useState<Mode>("EXPLORATION_OFF");
  const placement = useSettled(typed);
  const loaded = useLoad(async () => {
    const body = { visitorId, userId, placement, exploration, pageSize: SLOTS, explain: true };
    const slate = await api.post<RecommendResponseJson>("/v1/recommend", body);
    return { slate, known: await statisticsOf(api, slate.results ?? []) };
  }, [api, visitorId, userId, placement, exploration]);
  return (
    <Card
      title="Current recommendations"
      note={loaded.data ? `Policy ${loaded.data.slate.policy}, state ${loaded.data.slate.offset}` : ""}
      flush
      tools={
        <>
          <label>
            <span class="hidden">Placement</span>
            <input
              class="input"
              style={{ width: "120px" }}
              placeholder="placement"
              value={typed}
              onInput={(event) => setPlacement(event.currentTarget.value)}
            />
          </label>
          <Choice label="Exploration" options={MODES} value={exploration} onChange={setExploration} />
          <button type="button" class="button quiet" aria-label="Reload" onClick={loaded.reload}>
            <Icon name="repeat" size={16} />
          </button>
        </>
      }
    >
      <WhenLoaded loaded={loaded} lines={12}>
        {({ slate, known }) => <Slots slate={slate} known={known} />}
      </WhenLoaded>
    </Card>
  );
}

function Slots({ slate, known }: { slate: RecommendResponseJson; known: ItemsById }) {
  const results = slate.results ?? [];
  if (results.length === 0) return <Empty title="No recommendations">{slate.shortfall || "The catalogue is empty."}</Empty>;
  const max = scaleOf(results.flatMap((one) => one.contributions ?? []));
  const sentence = sharedSentence(results);
  const isKnown = results.some((one) => one.probability !== undefined);
  const probabilityMax = Math.max(0.02, ...results.map((one) => double(one.probabilityHigh ?? one.probability)));
  return (
    <>
      {sentence && <p class="above">{sentence}</p>}
      <ArmNote arms={slate.arms} />
      {!isKnown && !sentence && <p class="faint above">Probabilities are not available yet: they begin when enough seen slots were reported.</p>}
      <ol class="slots">
        {results.map((one, position) => (
          <Slot key={one.itemId} one={one.explanation === sentence ? { ...one, explanation: "" } : one} position={position + 1} max={max} probabilityMax={probabilityMax} item={known.get(one.itemId)} />
        ))}
      </ol>
    </>
  );
}

/** What explains every slot alike, as in the hold-out: said once, above the list. */
function sharedSentence(results: readonly ResultJson[]): string {
  const unmoved = results.filter((one) => !one.rules?.length);
  const sentence = unmoved[0]?.explanation ?? "";
  return unmoved.every((one) => one.explanation === sentence && !one.contributions?.length) ? sentence : "";
}

interface SlotProps {
  one: ResultJson;
  position: number;
  max: number;
  /** The highest probability of the list: the end of the bars. */
  probabilityMax: number;
  item: ItemStatisticsJson | undefined;
}

function Slot({ one, position, max, probabilityMax, item }: SlotProps) {
  const [open, setOpen] = useState(position <= 3);
  return (
    <li>
      <div class="slot">
        <span class="place">{position}</span>
        <div class="pictured">
          <Picture item={item?.item} itemId={one.itemId} size={32} />
          <div>
            <a href={href("catalogue", one.itemId)}>
              <strong>{item?.item?.title || one.itemId}</strong>
            </a>{" "}
            <span class="faint">{item?.item?.categories?.join(", ")}</span>
          </div>
        </div>
        {one.contributions?.length ? (
          <button type="button" class="button quiet" aria-expanded={open} onClick={() => setOpen(!open)}>
            score {decimal(one.score)} <span class="hidden">of {item?.item?.title || one.itemId}: why</span>
            <Icon name="open" size={13} />
          </button>
        ) : (
          <span class="faint nowrap">score {decimal(one.score)}</span>
        )}
        <div class="why stack" style={{ gap: "8px" }}>
          {one.explanation && <p class="soft">{one.explanation}</p>}
          <div class="row">
            {one.probability !== undefined && <Probability one={one} max={probabilityMax} />}
            {double(one.propensity, 1) < 1 && (
              <span class="faint">propensity {decimal(one.propensity, 3)}</span>
            )}
            {one.actRate && (
              <span class="faint" title={`90 % interval: ${interval(one.actRate)}`}>
                acted on in {percent(double(one.actRate.mean))} of its slots here ({interval(one.actRate)})
              </span>
            )}
            {(one.rules ?? []).map((name) => (
              <Badge key={name} tone="accent">
                {name}
              </Badge>
            ))}
          </div>
          {open && one.contributions && one.contributions.length > 0 && (
            <>
              <Contributions contributions={one.contributions} max={max} />
              <p class="faint">Retrieved by {(one.sources ?? []).join(", ") || "no source"}</p>
            </>
          )}
        </div>
      </div>
    </li>
  );
}

/** The probability of an action; light: the interval that contains it with 90 %. */
function Probability({ one, max }: { one: ResultJson; max: number }) {
  const probability = double(one.probability);
  const at = (value: number) => `${100 * Math.min(1, value / max)}%`;
  const [low, high] = [double(one.probabilityLow, probability), double(one.probabilityHigh, probability)];
  const title = `${percent(low)} to ${percent(high)}; end of the bar: ${percent(max)}`;
  return (
    <span class="nowrap" title={title}>
      <span class="chance" aria-hidden="true">
        <i style={{ left: at(low), width: `calc(${at(high)} - ${at(low)})` }} />
        <u style={{ left: at(probability) }} />
      </span>
      probability {percent(probability)}
    </span>
  );
}
