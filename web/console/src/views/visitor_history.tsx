/** A visitor's linked account and visitors, and their interactions. */

import type { GetUserResponseJson, ItemStatisticsJson, TouchJson } from "../api/types";
import { href } from "../lib/router";
import type { ItemsById } from "../lib/item_statistics";
import { Picture } from "../ui/picture";
import { Ago, Badge, Card, Empty, Facts } from "../ui/parts";
import { Table } from "../ui/table";

interface VisitorHistoryProps {
  profile: GetUserResponseJson;
  known: ItemsById;
}

export function VisitorHistory({ profile, known }: VisitorHistoryProps) {
  const interactions = profile.history ?? [];
  return (
    <div class="stack">
      <Card title="Identity">
        <Identity profile={profile} />
      </Card>
      <Card title="History" note={interactions.length === 1 ? "One item" : `Latest ${interactions.length} items, newest first`} flush>
        {interactions.length === 0 ? (
          <Empty title="No interactions" />
        ) : (
          <Table label="Items of the history" columns={["Item", "Interactions>", "Last one"]}>
            {interactions.map((one) => (
              <Row key={one.itemId} interaction={one} known={known.get(one.itemId)} />
            ))}
          </Table>
        )}
      </Card>
    </div>
  );
}

function Identity({ profile }: { profile: GetUserResponseJson }) {
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
        ["Account", account ? link : <span class="faint">none (anonymous)</span>],
        ["Linked visitors", visitors.length ? <>{visitors}</> : "–"],
        ...features,
      ]}
    />
  );
}

function Row({ interaction, known }: { interaction: TouchJson; known: ItemStatisticsJson | undefined }) {
  return (
    <tr>
      <td class="name-cell">
        <div class="pictured">
          <Picture item={known?.item} itemId={interaction.itemId} size={32} />
          <div>
            <a href={href("catalogue", interaction.itemId)}>{known?.item?.title || interaction.itemId}</a>{" "}
            {interaction.refused && <Badge tone="bad">dismissed</Badge>}
            <span class="second">{known?.item?.categories?.join(", ")}</span>
          </div>
        </div>
      </td>
      <td class="right">{interaction.touches}</td>
      <td>
        <Ago time={interaction.touchTime} />
      </td>
    </tr>
  );
}
