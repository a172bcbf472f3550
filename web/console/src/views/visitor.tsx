/** One visitor or account: what they did, and what they would get now, and why. */

import { useState } from "preact/hooks";

import { ApiError } from "../api/errors";
import type { GetUserResponseJson } from "../api/types";
import { useApi } from "../lib/context";
import { useLoad } from "../lib/load";
import { href, type Route } from "../lib/router";
import { statisticsOf } from "../lib/titles";
import { Icon } from "../ui/icons";
import { Card, Choice, Empty, Head } from "../ui/parts";
import { Failed, Waiting } from "../ui/states";
import { History } from "./history";
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
      <Head
        title="Visitor"
        text="What counts for somebody in a list, and the list they would get this moment. Looking teaches the model nothing."
      />
      <Who key={`${kind} ${route.part}`} id={route.part} kind={kind} />
      {route.part ? (
        <Found id={route.part} kind={kind} />
      ) : (
        <Card title="Nobody is chosen">
          <Empty icon="visitor" title="Whom to look at?">
            Give the id that the shop sends as <code>visitor_id</code>, or an account's{" "}
            <code>user_id</code>. The quarantine, and an account's page, lead here too.
          </Empty>
        </Card>
      )}
    </>
  );
}

function Who({ id, kind }: { id: string; kind: Kind }) {
  const [text, setText] = useState(id);
  const [by, setBy] = useState(kind);
  const submit = (event: Event) => {
    event.preventDefault();
    const to = href("visitor", text.trim(), by === "user" ? { kind: by } : {});
    if (text.trim()) location.hash = to;
  };
  return (
    <form class="row" style={{ marginBottom: "16px" }} onSubmit={submit}>
      <Choice label="Whose id it is" options={KINDS} value={by} onChange={setBy} />
      <label class="grow" style={{ maxWidth: "440px" }}>
        <span class="hidden">Id</span>
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
        Look
      </button>
    </form>
  );
}

function Found({ id, kind }: { id: string; kind: Kind }) {
  const api = useApi();
  const loaded = useLoad(async () => {
    const path = kind === "user" ? "/v1/users/" : "/v1/visitors/";
    const profile = await api.get<GetUserResponseJson>(path + encodeURIComponent(id));
    return { profile, known: await statisticsOf(api, profile.history ?? []) };
  }, [api, id, kind]);
  const stranger = loaded.error instanceof ApiError && loaded.error.isNotFound;
  const userId = kind === "user" ? id : (loaded.data?.profile.user?.userId ?? "");
  return (
    <div class="grid">
      <div class="narrow">
        {loaded.data ? (
          <History {...loaded.data} />
        ) : (
          <Card title="History">
            {loaded.loading ? (
              <Waiting />
            ) : stranger ? (
              <Empty icon="visitor" title="A stranger">
                Nothing is known of this id: the list beside is what any stranger gets.
              </Empty>
            ) : (
              <Failed error={loaded.error} again={loaded.again} />
            )}
          </Card>
        )}
      </div>
      <div class="wide">
        {(loaded.data || stranger) && (
          <Slate visitorId={kind === "visitor" ? id : (loaded.data?.profile.visitorIds?.[0] ?? id)} userId={userId} />
        )}
      </div>
    </div>
  );
}
