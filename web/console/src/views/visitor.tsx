/** Visitors and accounts; of one the history and the current recommendations. */

import { useEffect, useState } from "preact/hooks";

import { ApiError } from "../api/errors";
import type { GetUserResponseJson } from "../api/types";
import { useApi } from "../lib/context";
import { useLoad } from "../lib/load";
import { href, type Route } from "../lib/router";
import { statisticsOf } from "../lib/item_statistics";
import { suggestedVisitors } from "../lib/suggestions";
import { Icon } from "../ui/icons";
import { Card, Choice, Empty, PageHeader } from "../ui/parts";
import { Failed, Skeleton } from "../ui/states";
import { Suggest } from "../ui/suggest";
import { VisitorHistory } from "./visitor_history";
import { VisitorList } from "./visitor_list";
import { Slate } from "./slate";

const KINDS = [
  ["visitor", "Visitor"],
  ["user", "Account"],
] as const;
type Kind = (typeof KINDS)[number][0];

export function Visitor({ route }: { route: Route }) {
  const kind: Kind = route.query.get("kind") === "user" ? "user" : "visitor";
  const [typed, setTyped] = useState(route.part);
  useEffect(() => setTyped(route.part), [route.part]);
  return (
    <>
      <PageHeader
        title="Visitors"
        text="Recent visitors and accounts; the history of one, and the current recommendations. Viewing them does not affect the model."
      />
      <LookupForm key={kind} text={typed} onInput={setTyped} kind={kind} isOpen={route.part !== ""} />
      {route.part ? <Profile id={route.part} kind={kind} /> : <VisitorList text={typed} />}
    </>
  );
}

interface LookupFormProps {
  text: string;
  onInput: (text: string) => void;
  kind: Kind;
  /** Whether a visitor is shown: then typed text has suggestions; otherwise the list below shows them. */
  isOpen: boolean;
}

function LookupForm({ text, onInput, kind, isOpen }: LookupFormProps) {
  const api = useApi();
  const [by, setBy] = useState(kind);
  const submit = (event: Event) => {
    event.preventDefault();
    const to = href("visitor", text.trim(), by === "user" ? { kind: by } : {});
    if (text.trim()) location.hash = to;
  };
  return (
    <form class="row" style={{ marginBottom: "16px" }} onSubmit={submit}>
      {isOpen && (
        <a class="button quiet" href={href("visitor")}>
          <Icon name="back" size={15} />
          All
        </a>
      )}
      <Suggest
        label="Search visitor or account ID"
        name="id"
        mono
        value={text}
        onInput={onInput}
        ask={isOpen ? (query) => suggestedVisitors(api, query) : undefined}
      />
      <Choice label="Kind of ID" options={KINDS} value={by} onChange={setBy} />
      <button type="submit" class="button first" disabled={!text.trim()}>
        Open this ID
      </button>
    </form>
  );
}

function Profile({ id, kind }: { id: string; kind: Kind }) {
  const api = useApi();
  const loaded = useLoad(async () => {
    const path = kind === "user" ? "/v1/users/" : "/v1/visitors/";
    const profile = await api.get<GetUserResponseJson>(path + encodeURIComponent(id));
    return { profile, known: await statisticsOf(api, profile.history ?? []) };
  }, [api, id, kind]);
  const isUnknown = loaded.error instanceof ApiError && loaded.error.isNotFound;
  const userId = kind === "user" ? id : (loaded.data?.profile.user?.userId ?? "");
  return (
    <div class="grid">
      <div class="narrow">
        {loaded.data ? (
          <VisitorHistory {...loaded.data} />
        ) : (
          <Card title="History">
            {loaded.loading ? (
              <Skeleton />
            ) : isUnknown ? (
              <Empty icon="visitor" title="Unknown visitor">
                There is no data for this ID. The list shows what every new visitor gets.
              </Empty>
            ) : (
              <Failed error={loaded.error} reload={loaded.reload} />
            )}
          </Card>
        )}
      </div>
      <div class="wide">
        {(loaded.data || isUnknown) && (
          <Slate visitorId={kind === "visitor" ? id : (loaded.data?.profile.visitorIds?.[0] ?? id)} userId={userId} />
        )}
      </div>
    </div>
  );
}
