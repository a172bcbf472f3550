/** One item: catalogue data, statistics and similar items. */

import type {
  ItemJson,
  ItemStatisticsJson,
  ListItemStatisticsResponseJson,
  ListSimilarItemsResponseJson,
} from "../api/types";
import { useApi } from "../lib/context";
import { clock, count, decimal, double, int, percent } from "../lib/format";
import { useLoad } from "../lib/load";
import { href } from "../lib/router";
import { statisticsOf } from "../lib/item_statistics";
import { Icon } from "../ui/icons";
import { Badge, Card, Empty, Facts, PageHeader } from "../ui/parts";
import { isAddress, Picture, whyNot } from "../ui/picture";
import { WhenLoaded } from "../ui/states";
import { Table } from "../ui/table";
import { ActRates } from "./act_rates";
import { ItemStatus, price, Trend } from "./item_table";

const SIMILAR = 12;

export function ItemPage({ itemId }: { itemId: string }) {
  const api = useApi();
  const loaded = useLoad(
    () => api.get<ListItemStatisticsResponseJson>("/v1/items:statistics", { itemIds: itemId }),
    [api, itemId],
  );
  const one = loaded.data?.items?.[0];
  return (
    <>
      <p style={{ marginBottom: "8px" }}>
        <a class="row" style={{ gap: "4px" }} href={href("catalogue")}>
          <Icon name="back" size={15} />
          Catalogue
        </a>
      </p>
      <PageHeader title={one?.item?.title || itemId} text={<span class="mono">{itemId}</span>}>
        {one && <ItemStatus one={one} />}
        {one?.item?.imageUri && <Picture item={one.item} size={96} />}
      </PageHeader>
      <WhenLoaded loaded={loaded}>
        {() =>
          one ? (
            <ItemDetails one={one} />
          ) : (
            <Card title="Unknown item">
              <Empty icon="search" title="Unknown item">
                It is neither in the catalogue nor in any event, or its statistics were dropped to save memory.
              </Empty>
            </Card>
          )
        }
      </WhenLoaded>
    </>
  );
}

function ItemDetails({ one }: { one: ItemStatisticsJson }) {
  return (
    <div class="grid">
      <Card title="Statistics" size="half">
        <Statistics one={one} />
      </Card>
      <Card title="Catalogue data" size="half">
        {one.item ? <CatalogueData item={one.item} /> : <Empty title="Not in the catalogue: known from events only" />}
      </Card>
      <ActRates rates={one.actRates ?? []} />
      <Similar itemId={one.itemId} />
    </div>
  );
}

function Statistics({ one }: { one: ItemStatisticsJson }) {
  const impressions = int(one.impressions);
  const touches = int(one.touches);
  return (
    <Facts
      facts={[
        ["Interactions", count(touches)],
        ["Repeat interactions", touches ? `${count(one.repeatTouches)} (${percent(int(one.repeatTouches) / touches, 0)})` : "–"],
        ["Last seen", touches ? `${count(one.touchesSince)} shop interactions ago` : "never"],
        ["Recent: hour, day, week", `${decimal(one.touchesHour, 1)} · ${decimal(one.touchesDay, 1)} · ${decimal(one.touchesWeek, 1)}`],
        ["Hourly trend", <Trend value={one.trendHour} />],
        ["Daily trend", <Trend value={one.trendDay} />],
        ["Weekly trend", <Trend value={one.trendWeek} />],
        ["Impressions in the attribution window", count(impressions)],
        ["With an action", impressions ? `${count(one.acts)} (${percent(int(one.acts) / impressions)})` : "–"],
        ["Their reward", decimal(one.reward)],
      ]}
    />
  );
}

function CatalogueData({ item }: { item: ItemJson }) {
  const labels = (texts: readonly string[] = []) =>
    texts.length ? texts.map((text) => <Badge key={text}>{text}</Badge>) : "–";
  const features = Object.entries(item.features ?? {}).map(
    ([name, value]) => [name, value.text ?? String(value.number ?? "")] as const,
  );
  return (
    <Facts
      facts={[
        ["Title", item.title || "–"],
        ["Categories", labels(item.categories)],
        ["Tags", labels(item.tags)],
        ["Price", price(item)],
        ["Available", item.available === false ? "no" : "yes"],
        ["Published", item.publishTime ? clock(item.publishTime) : "immediately"],
        ["Expires", item.expireTime ? clock(item.expireTime) : "never"],
        ["Page", item.uri ? <Address text={item.uri} /> : "–"],
        ["Picture", item.imageUri ? <PictureAddress text={item.imageUri} /> : "–"],
        ["Group", item.groupId ? <Group id={item.groupId} /> : "–"],
        ...features,
      ]}
    />
  );
}

function Address({ text }: { text: string }) {
  if (!isAddress(text)) return <span class="mono wrap">{text}</span>;
  return (
    <a class="mono wrap" href={text} target="_blank" rel="noopener noreferrer">
      {text}
    </a>
  );
}

function PictureAddress({ text }: { text: string }) {
  const reason = whyNot(text);
  return (
    <>
      <Address text={text} />
      {reason && <p class="faint">Not shown here. {reason}</p>}
    </>
  );
}

/** The group, with a link to all its variants. */
function Group({ id }: { id: string }) {
  const filter = `group_id: ANY(${JSON.stringify(id)})`;
  return (
    <a class="mono wrap" href={href("catalogue", "", { filter })}>
      {id}
    </a>
  );
}

function Similar({ itemId = "" }: { itemId: string | undefined }) {
  const api = useApi();
  const loaded = useLoad(async () => {
    const body = { itemIds: [itemId], pageSize: SIMILAR };
    const found = (await api.post<ListSimilarItemsResponseJson>("/v1/items:similar", body)).results ?? [];
    return { found, known: await statisticsOf(api, found) };
  }, [api, itemId]);
  return (
    <Card title="Related items" note="As a product page shows them (ListSimilarItems)" flush>
      <WhenLoaded loaded={loaded}>
        {({ found, known }) =>
          found.length === 0 ? (
            <Empty title="Nothing yet">No visitor combined it with another item, and no item has similar words.</Empty>
          ) : (
            <Table label="Related items and their scores" columns={["Item", "Category", "Interactions>", "Score>"]}>
              {found.map((one) => (
                <tr key={one.itemId}>
                  <td class="name-cell">
                    <div class="pictured">
                      <Picture item={known.get(one.itemId)?.item} itemId={one.itemId} size={32} />
                      <a href={href("catalogue", one.itemId)}>{known.get(one.itemId)?.item?.title || one.itemId}</a>
                    </div>
                  </td>
                  <td>{known.get(one.itemId)?.item?.categories?.join(", ")}</td>
                  <td class="right">{count(known.get(one.itemId)?.touches)}</td>
                  <td class="right nowrap">
                    {decimal(one.score)}
                    <span class="meter" aria-hidden="true">
                      <i style={{ width: `${(100 * double(one.score)) / (double(found[0]?.score) || 1)}%` }} />
                    </span>
                  </td>
                </tr>
              ))}
            </Table>
          )
        }
      </WhenLoaded>
    </Card>
  );
}
