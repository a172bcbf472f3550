/** The rules of the shop's editors: those in force, a form with its effect, the history. */

import { useState } from "preact/hooks";

import type { ListRuleChangesResponseJson, ListRulesResponseJson, RuleJson } from "../../api/types";
import { useChanges } from "../../lib/changes";
import { useApi } from "../../lib/context";
import { count } from "../../lib/format";
import { useLoad } from "../../lib/load";
import { useScope } from "../../lib/scopes";
import { Done } from "../../ui/done";
import { Card, PageHeader } from "../../ui/parts";
import { WhenLoaded } from "../../ui/states";
import { Editor } from "./editor";
import { History } from "./history";
import { RuleTable } from "./rule_table";
import { kept } from "./unsaved";

const EVERY_MS = 15_000;

export function Rules() {
  const api = useApi();
  const changes = useChanges();
  const permission = useScope("rules");
  const [edited, setEdited] = useState<RuleJson | "new" | undefined>(() => kept.now && (kept.now.rule ?? "new"));
  const minOffset = changes.minOffset;
  const rules = useLoad(() => api.get<ListRulesResponseJson>("/v1/rules", { pageSize: 600, minOffset: minOffset() }), [api], EVERY_MS);
  const history = useLoad(() => api.get<ListRuleChangesResponseJson>("/v1/rules:changes", { pageSize: 100, minOffset: minOffset() }), [api], EVERY_MS);
  const done = (text: string, offset: string | undefined) => {
    changes.note(text, offset);
    rules.reload();
    history.reload();
  };
  const edit = (rule: RuleJson | "new" | undefined) => {
    kept.now = undefined;
    setEdited(rule);
  };
  const saved = (text: string, offset: string | undefined) => {
    setEdited(undefined);
    done(text, offset);
  };
  return (
    <>
      <PageHeader title="Rules" text="What editors want in the lists, in addition to what the model finds. A change holds from the next list on.">
        <button type="button" class="button first" disabled={!permission.may} title={permission.why} onClick={() => edit("new")}>
          New rule
        </button>
      </PageHeader>
      {permission.why && <p class="soft">{permission.why}</p>}
      {changes.done && <Done text={changes.done} />}
      <WhenLoaded loaded={rules}>
        {(data) => (
          <div class="grid">
            {edited !== undefined && (
              <Editor
                key={edited === "new" ? "" : `${edited.name} ${edited.revision}`}
                rule={edited === "new" ? undefined : edited}
                placements={data.placements ?? []}
                onSaved={saved}
                onClose={() => edit(undefined)}
              />
            )}
            <Card title="All rules" note={data.rules?.length === 1 ? "One rule" : `${count(data.rules?.length ?? 0)} rules, in the order in which they count`} flush>
              <RuleTable rules={data.rules ?? []} may={permission.may} onEdit={edit} onDone={done} />
            </Card>
            <Card title="History" note="Who changed what, newest first" flush>
              <WhenLoaded loaded={history}>{(page) => <History changes={page.changes ?? []} rules={data.rules ?? []} may={permission.may} onDone={done} />}</WhenLoaded>
            </Card>
          </div>
        )}
      </WhenLoaded>
    </>
  );
}
