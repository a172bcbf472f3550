/** What counts in a list for somebody: who they are linked to, and what they touched. */

import type { GetUserResponseJson, ItemStatisticsJson, TouchJson } from "../api/types";
import { href } from "../lib/router";
import type { ItemsById } from "../lib/titles";
import { Ago, Badge, Card, Empty, Facts } from "../ui/parts";

interface HistoryProps {
  profile: GetUserResponseJson;
  known: ItemsById;
}

export function History({ profile, known }: HistoryProps) {
  const touches = profile.history ?? [];
  return (
    <div class="stack">
      <Card title="Who">
        <Who profile={profile} />
      </Card>
      <Card title="History" note={`The latest ${touches.length} items, newest first`} flush>
        {touches.length === 0 ? (
          <Empty title="Nothing was touched" />
        ) : (
          <div class="scroll">
            <table>
              <thead>
                <tr>
                  <th scope="col">Item</th>
                  <th scope="col" class="right">Touches</th>
                  <th scope="col">Last</th>
                </tr>
              </thead>
              <tbody>
                {touches.map((touch) => (
                  <Row key={touch.itemId} touch={touch} one={known.get(touch.itemId)} />
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Card>
    </div>
  );
}

function Who({ profile }: { profile: GetUserResponseJson }) {
  const account = profile.user?.userId ?? "";
  const features = Object.entries(profile.user?.features ?? {}).map(
    ([name, value]) => [name, value.text ?? String(value.number ?? "")] as const,
  );
  const visitors = (profile.visitorIds ?? []).map((id) => (
    <a key={id} class="mono" style={{ display: "block" }} href={href("visitor", id)}>
      {id}
    </a>
  ));
  const link = <a class="mono" href={href("visitor", account, { kind: "user" })}>{account}</a>;
  return (
    <Facts
      facts={[
        ["Account", account ? link : <span class="faint">none: anonymous</span>],
        ["Linked visitors", visitors.length ? <>{visitors}</> : "–"],
        ...features,
      ]}
    />
  );
}

function Row({ touch, one }: { touch: TouchJson; one: ItemStatisticsJson | undefined }) {
  return (
    <tr>
      <td class="name-cell">
        <a href={href("catalogue", touch.itemId)}>{one?.item?.title || touch.itemId}</a>{" "}
        {touch.refused && <Badge tone="bad">refused</Badge>}
        <span class="second">{one?.item?.categories?.join(", ")}</span>
      </td>
      <td class="right">{touch.touches}</td>
      <td>
        <Ago time={touch.touchTime} />
      </td>
    </tr>
  );
}
