/** Visitors' lists under a draft beside today's, with what moved and why. */

import { useState } from "preact/hooks";

import type { ListPreviewJson, ListVisitorsResponseJson, PreviewedItemJson, PreviewRulesResponseJson, RuleJson, RuleMoveJson } from "../../api/types";
import { useApi } from "../../lib/context";
import { clock, int } from "../../lib/format";
import { useLoad, useSettled } from "../../lib/load";
import { type Draft, missing, previewOf, words } from "../../lib/rules/draft";
import { href } from "../../lib/router";
import { Badge } from "../../ui/parts";
import { WhenLoaded } from "../../ui/states";
import { ArmNote } from "../../ui/arm_note";
import { RecentVisitors } from "./recent_visitors";

const VISITORS_MAX = 20;
const RECENT = 12;
/** So many are shown before the editor chooses. */
const FIRST = 3;

export function Effect({ draft, rule }: { draft: Draft; rule: RuleJson | undefined }) {
  const api = useApi();
  const recent = useLoad(() => api.get<ListVisitorsResponseJson>("/v1/visitors", { pageSize: RECENT }), [api]);
  const known = (recent.data?.visitors ?? []).filter((one) => one.visitorId && words(one.visitorId).join() === one.visitorId);
  const ids = known.map((one) => one.visitorId ?? "");
  const [typed, setVisitors] = useState<string>();
  const visitors = typed ?? ids.slice(0, FIRST).join(", ");
  const [place, setPlace] = useState<string>();
  const placement = place ?? words(draft.placements)[0] ?? "";
  const all = words(visitors);
  const asked = [...new Set(all)].slice(0, VISITORS_MAX).map((visitorId) => {
    const userId = known.find((one) => one.visitorId === visitorId)?.userId;
    return { visitorId, ...(userId ? { userId } : {}) };
  });
  const isReady = asked.length > 0 && !missing(draft);
  const settled = useSettled(isReady ? JSON.stringify(previewOf(draft, rule, asked, placement)) : "");
  const nothing: PreviewRulesResponseJson = {};
  const loaded = useLoad(() => (settled ? api.post<PreviewRulesResponseJson>("/v1/rules:preview", JSON.parse(settled)) : Promise.resolve(nothing)), [api, settled]);
  return (
    <div class="stack">
      <div class="row">
        <label class="field grow">
          <span>Visitors, comma-separated</span>
          <input class="input" name="visitors" value={visitors} onInput={(event) => setVisitors(event.currentTarget.value)} />
        </label>
        <label class="field grow">
          <span>Placement of the lists</span>
          <input class="input" name="placement" list="placements" value={placement} onInput={(event) => setPlace(event.currentTarget.value)} />
        </label>
      </div>
      <RecentVisitors ids={ids} chosen={all} onChange={(chosen) => setVisitors(chosen.join(", "))} />
      {all.length > VISITORS_MAX && <p class="soft">The first {VISITORS_MAX} visitors are shown.</p>}
      {!isReady && <p class="soft">{asked.length === 0 ? "Enter one or more visitor IDs to see their lists." : missing(draft)}</p>}
      {settled !== "" && (
        <WhenLoaded loaded={loaded}>
          {(data) => (
            <>
              <p class="soft">As of {clock(data.previewTime)}</p>
              {(data.lists ?? []).map((list) => (
                <Lists key={`${list.visitorId} ${list.placement}`} list={list} />
              ))}
            </>
          )}
        </WhenLoaded>
      )}
    </div>
  );
}

function moving(many: number): string {
  if (many === 0) return "nothing moves";
  return many === 1 ? "1 item moves" : `${many} items move`;
}

function Lists({ list }: { list: ListPreviewJson }) {
  const moves = new Map((list.moves ?? []).map((move) => [move.itemId, move]));
  const gone = (list.moves ?? []).filter((move) => !int(move.after));
  return (
    <section class="lists" aria-label={`Lists of ${list.visitorId}`}>
      <h3>
        <a href={href("visitor", "", { visitor: list.visitorId })}>{list.visitorId}</a> <Badge tone={moves.size ? "accent" : ""}>{moving(moves.size)}</Badge>
      </h3>
      <ArmNote arms={list.arms} />
      {list.note && <p class="soft">{list.note}</p>}
      <div class="side-by-side">
        <Slots title="Today" items={list.before ?? []} />
        <Slots title="With this rule" items={list.after ?? []} moves={moves} />
      </div>
      {gone.length > 0 && (
        <ul class="soft" aria-label="Items that leave the list">
          {gone.map((move) => (
            <li key={move.itemId}>
              {move.title || move.itemId} leaves the list: {move.reason}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

interface SlotsProps {
  title: string;
  items: readonly PreviewedItemJson[];
  moves?: ReadonlyMap<string | undefined, RuleMoveJson>;
}

function Slots({ title, items, moves }: SlotsProps) {
  return (
    <div>
      <h4>{title}</h4>
      <ol class="preview-slots">
        {items.map((item) => {
          const move = moves?.get(item.itemId);
          return (
            <li key={item.itemId} class={move ? (move.rules?.length ? "moved by-rule" : "moved") : ""}>
              {item.title || item.itemId}
              {move && (
                <span class="second">
                  {from(move)} {move.reason}
                </span>
              )}
            </li>
          );
        })}
      </ol>
      {items.length === 0 && <p class="soft">An empty list</p>}
    </div>
  );
}

function from(move: RuleMoveJson): string {
  const before = int(move.before);
  if (!before) return "new here,";
  return int(move.after) < before ? `↑ from ${before},` : `↓ from ${before},`;
}
