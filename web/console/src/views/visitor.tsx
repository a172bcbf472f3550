/** One visitor or account: history and current recommendations. */

import { useState } from "preact/hooks";

import { ApiError } from "../api/errors";
import type { GetUserResponseJson } from "../api/types";
import { useApi } from "../lib/context";
import { useLoad } from "../lib/load";
import { href, type Route } from "../lib/router";
import { statisticsOf } from "../lib/item_statistics";
import { Icon } from "../ui/icons";
import { Card, Choice, Empty, PageHeader } from "../ui/parts";
import { Failed, Skeleton } from "../ui/states";
import { VisitorHistory } from "./visitor_history";
import { Slate } from "./slate";

const KINDS = [
  ["visitor", "Visitor"],
  ["user", "Account"],
] as const;
type Kind = (typeof KINDS)[number][0];

export function Visitor({ route }: { route: Route }) {
  const kind: Kind = route.query.get("kind") === "user" ? "user" : "visitor";
  return (
    <>
      <PageHeader
        title="Visitor"
        text="Visitor history and current recommendations. Viewing them does not affect the model."
      />
      <LookupForm key={`${kind} ${route.part}`} id={route.part} kind={kind} />
      {route.part ? (
        <Profile id={route.part} kind={kind} />
      ) : (
        <Card title="No visitor selected">
          <Empty icon="visitor" title="Enter a visitor ID">
            Enter the ID that the shop sends as <code>visitor_id</code>, or the <code>user_id</code> of an
            account. The quarantine and the pages of accounts also link to this page.
          </Empty>
        </Card>
      )}
    </>
  );
}

function LookupForm({ id, kind }: { id: string; kind: Kind }) {
  const [text, setText] = useState(id);
  const [by, setBy] = useState(kind);
  const submit = (event: Event) => {
    event.preventDefault();
    const to = href("visitor", text.trim(), by === "user" ? { kind: by } : {});
    if (text.trim()) location.hash = to;
  };
  return (
    <form class="row" style={{ marginBottom: "16px" }} onSubmit={submit}>
      <Choice label="Kind of ID" options={KINDS} value={by} onChange={setBy} />
      <label class="grow" style={{ maxWidth: "440px" }}>
        <span class="hidden">ID</span>
        <input
          class="input mono"
          name="id"
          placeholder={by === "user" ? "user_id" : "visitor_id"}
          value={text}
          spellcheck={false}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <button type="submit" class="button first" disabled={!text.trim()}>
        <Icon name="search" size={15} />
        Show
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
