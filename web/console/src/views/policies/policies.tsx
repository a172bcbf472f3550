/** What is in force beside the settings, the policies that could be, and what was found out about them. */

import { type OnDone, useChanges } from "../../lib/changes";
import { useApi } from "../../lib/context";
import { allPolicies, type Policies as Loaded } from "../../lib/experiments/loading";
import { useLoad } from "../../lib/load";
import { href } from "../../lib/router";
import { useScope } from "../../lib/scopes";
import { Done } from "../../ui/done";
import { Card, PageHeader } from "../../ui/parts";
import { WhenLoaded } from "../../ui/states";
import { Evaluations } from "./evaluations";
import { InForce } from "./in_force";
import { Kept } from "./kept";
import { Shadows } from "./shadows";
import { Personalizer } from "./personalizer";
import { Stack } from "./stack";

const EVERY_MS = 10_000;

export function Policies() {
  const api = useApi();
  const changes = useChanges();
  const loaded = useLoad<Loaded>(() => allPolicies(api, changes.minOffset()), [api], EVERY_MS);
  const permission = useScope("experiments");
  const onDone: OnDone = (text, offset) => {
    changes.note(text, offset);
    loaded.reload();
  };
  return (
    <>
      <PageHeader
        title="Policies"
        text={
          <>
            A policy is a set of other values for the settings that choose a list. An <a href={href("experiments")}>experiment</a> compares policies; a promotion puts one in force for all visitors.
          </>
        }
      />
      {changes.done && <Done text={changes.done} />}
      <div class="grid">
        <Card title="Promoted" note="The latest one first; each is put on top of the settings and of the earlier ones" size="wide" flush>
          <WhenLoaded loaded={loaded}>{(data) => <Stack promotions={data.promotions} permission={permission} onDone={onDone} />}</WhenLoaded>
        </Card>
        <Card title="In force by promotions" note="All other settings are as the view Settings shows them" size="narrow" flush>
          <WhenLoaded loaded={loaded}>{(data) => <InForce promotions={data.promotions} />}</WhenLoaded>
        </Card>
        <Card title="All policies" note="Written with headwater policy put NAME SETTING=VALUE" flush>
          <WhenLoaded loaded={loaded}>{(data) => <Kept policies={data.policies} />}</WhenLoaded>
        </Card>
        <Shadows />
        <Personalizer />
        <Evaluations />
      </div>
    </>
  );
}
