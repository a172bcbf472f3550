/** How many items a draft's filter passes, and what of it fits nothing: while it is typed. */

import { ApiError, errorText } from "../../api/errors";
import type { PreviewRulesResponseJson, RuleJson } from "../../api/types";
import { useApi } from "../../lib/context";
import { count } from "../../lib/format";
import { useLoad, useSettled } from "../../lib/load";
import { type Draft, missing, previewOf } from "../../lib/rules/draft";

export function Matching({ draft, rule }: { draft: Draft; rule: RuleJson | undefined }) {
  const api = useApi();
  const named = { ...draft, name: draft.name.trim() || "draft" };
  const settled = useSettled(JSON.stringify(missing(named) ? {} : previewOf(named, rule, [], "")));
  const nothing: PreviewRulesResponseJson = {};
  const loaded = useLoad(() => (settled === "{}" ? Promise.resolve(nothing) : api.post<PreviewRulesResponseJson>("/v1/rules:preview", JSON.parse(settled))), [api, settled]);
  const found = loaded.data?.drafts?.[0];
  return (
    <div class="matching" role="status">
      {loaded.error instanceof ApiError && <span class="warning">{errorText(loaded.error)}</span>}
      {found?.itemsPassing !== undefined && <strong>{count(found.itemsPassing)} items pass the filter</strong>}
      {(found?.warnings ?? []).map((text) => (
        <span key={text} class="warning">
          {text}
        </span>
      ))}
    </div>
  );
}
