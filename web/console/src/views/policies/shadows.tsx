/** Shadows: policies that learn beside the servers, as they are now. */

import { useApi } from "../../lib/context";
import { allShadows, type ShadowEvaluation } from "../../lib/experiments/shadows";
import { useLoad } from "../../lib/load";
import { Card, Empty } from "../../ui/parts";
import { WhenLoaded } from "../../ui/states";
import { ShadowEntry } from "./shadow";

const EVERY_MS = 60_000;

export function Shadows() {
  const api = useApi();
  const loaded = useLoad(() => allShadows(api), [api], EVERY_MS);
  return (
    <Card title="Shadows" note="Policies that learn from the same visits in a process of their own, and are shown to nobody" flush>
      <WhenLoaded loaded={loaded}>{(shadows) => <List shadows={shadows} />}</WhenLoaded>
    </Card>
  );
}

function List({ shadows }: { shadows: readonly ShadowEvaluation[] }) {
  if (shadows.length === 0) {
    return (
      <Empty icon="policies" title="No shadow">
        <code>headwater shadow --policy NAME --redis-url URL</code> lets a policy learn beside the servers, also one with another ranker or other rewards, and publishes here how it would do.
      </Empty>
    );
  }
  return (
    <ul>
      {shadows.map((one) => (
        <ShadowEntry key={one.evaluationId} evaluation={one} />
      ))}
    </ul>
  );
}
