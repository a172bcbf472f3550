/** Evaluations: what the log says about policies that were never shown, newest first, page by page. */

import type { ListEvaluationsResponseJson } from "../../api/types";
import { useApi } from "../../lib/context";
import { useLoad } from "../../lib/load";
import { usePages } from "../../lib/pages";
import { Card, Empty } from "../../ui/parts";
import { Failed, WhenLoaded } from "../../ui/states";
import { isShadow } from "../../lib/experiments/shadows";
import { EvaluationEntry } from "./evaluation";

const PAGE = 5;
const EVERY_MS = 60_000;

type Ask = (pageToken: string) => Promise<ListEvaluationsResponseJson>;

export function Evaluations() {
  const api = useApi();
  const ask: Ask = (pageToken) => api.get("/v1/evaluations", { pageSize: PAGE, pageToken, view: "EVALUATION_VIEW_SUMMARY" });
  const loaded = useLoad(() => ask(""), [api], EVERY_MS);
  return (
    <Card title="Evaluations" note="What the recorded visits say about policies, without showing anything to anybody; the newest first" flush>
      <WhenLoaded loaded={loaded}>{(first) => <Pages first={first} ask={ask} />}</WhenLoaded>
    </Card>
  );
}

function Pages({ first, ask }: { first: ListEvaluationsResponseJson; ask: Ask }) {
  const { rows: all, hasMore, error, more } = usePages(first, ask, (page) => page.evaluations);
  const evaluations = all.filter((one) => !isShadow(one));
  if (evaluations.length === 0 && !hasMore) return <NoEvaluations />;
  return (
    <>
      <ul>
        {evaluations.map((one) => (
          <EvaluationEntry key={`${one.evaluationId} ${one.createTime}`} evaluation={one} />
        ))}
      </ul>
      {error !== undefined && <Failed error={error} reload={() => void more()} />}
      {hasMore && (
        <div class="more">
          <button type="button" class="button" onClick={() => void more()}>
            Show older evaluations
          </button>
        </div>
      )}
    </>
  );
}

function NoEvaluations() {
  return (
    <Empty icon="search" title="No evaluation yet">
      <code>headwater evaluate --policy NAME --redis-url URL</code> estimates from recorded visits how a policy would have done, where they are similar enough, and publishes its report here.
    </Empty>
  );
}
