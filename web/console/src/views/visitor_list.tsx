/** Recent visitors and accounts, or those whose ID holds a text. */

import type { ListVisitorsResponseJson, VisitorSummaryJson } from "../api/types";
import { useApi } from "../lib/context";
import { count, int } from "../lib/format";
import { useLoad, useSettled } from "../lib/load";
import { usePages } from "../lib/pages";
import { href } from "../lib/router";
import { isAccount, nameOf, pageOf } from "../lib/suggestions";
import { Ago, Badge, Card, Empty } from "../ui/parts";
import { Failed, WhenLoaded } from "../ui/states";
import { Table } from "../ui/table";

const PAGE = 50;
const EVERY_MS = 15_000;
const COLUMNS = ["ID", "Kind", "Last activity", "Items>", "Linked"];

export function VisitorList({ text }: { text: string }) {
  const api = useApi();
  const query = useSettled(text.trim());
  const ask = (pageToken: string) =>
    api.get<ListVisitorsResponseJson>("/v1/visitors", { query, pageToken, pageSize: PAGE });
  const loaded = useLoad(() => ask(""), [api, query], EVERY_MS);
  return (
    <Card title={query ? `IDs with “${query}”` : "Recent visitors and accounts"} note={loaded.data ? noteOf(loaded.data, query) : ""} flush>
      <WhenLoaded loaded={loaded} lines={10}>
        {(first) => <Pages key={query} first={first} ask={ask} query={query} />}
      </WhenLoaded>
    </Card>
  );
}

/** How many there are, and what the search did not read. */
function noteOf({ totalCount, unsearchedCount }: ListVisitorsResponseJson, query: string): string {
  const known = query ? `${count(totalCount)} found` : `${count(totalCount)} in the order of their last activity`;
  if (!int(unsearchedCount)) return known;
  return `${known} among the most recently active. ${count(unsearchedCount)} others are not ${query ? "searched" : "listed"}: type a whole ID to open one.`;
}

interface PagesProps {
  first: ListVisitorsResponseJson;
  ask: (token: string) => Promise<ListVisitorsResponseJson>;
  query: string;
}

function Pages({ first, ask, query }: PagesProps) {
  const { rows, hasMore, error, more } = usePages(first, ask, (page) => page.visitors);
  if (rows.length === 0) return <Nobody query={query} />;
  return (
    <>
      <Table label="Visitors and accounts" columns={COLUMNS}>
        {rows.map((one) => (
          <Row key={`${isAccount(one)} ${nameOf(one)}`} one={one} />
        ))}
      </Table>
      {error !== undefined && <Failed error={error} reload={() => void more()} />}
      {hasMore && (
        <div class="more">
          <button type="button" class="button" onClick={() => void more()}>
            Show more
          </button>
        </div>
      )}
    </>
  );
}

function Nobody({ query }: { query: string }) {
  if (query) {
    return (
      <Empty icon="search" title="No ID contains this text">
        Press Enter to open the page of exactly this ID: it shows what a new visitor gets.
      </Empty>
    );
  }
  return (
    <Empty icon="visitor" title="No visitors yet">
      A visitor is listed after the first event on an item: <code>visitor_id</code>, or <code>user_id</code> for an account.
    </Empty>
  );
}

function Row({ one }: { one: VisitorSummaryJson }) {
  const linked = int(one.linkedVisitorCount);
  return (
    <tr>
      <th scope="row" class="mono break">
        <a href={pageOf(one)}>{nameOf(one)}</a>
      </th>
      <td>{isAccount(one) ? <Badge tone="accent">account</Badge> : <Badge>visitor</Badge>}</td>
      <td>{one.lastActiveTime ? <Ago time={one.lastActiveTime} /> : <span class="faint">no own act</span>}</td>
      <td class="right">{count(one.itemCount)}</td>
      <td>
        {isAccount(one) ? (
          `${count(linked)} ${linked === 1 ? "visitor" : "visitors"}`
        ) : one.userId ? (
          <a class="mono break" href={href("visitor", one.userId, { kind: "user" })}>{one.userId}</a>
        ) : (
          <span class="faint">anonymous</span>
        )}
      </td>
    </tr>
  );
}
