/** One item: what the shop says, what the model has counted, and what goes with it. */

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
import { statisticsOf } from "../lib/titles";
import { Icon } from "../ui/icons";
import { Badge, Card, Empty, Facts, Head } from "../ui/parts";
import { Shown } from "../ui/states";
import { price, Standing, Trend } from "./item_table";

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
      <Head title={one?.item?.title || itemId} text={<span class="mono">{itemId}</span>}>
        {one && <Standing one={one} />}
      </Head>
      <Shown of={loaded}>
        {() =>
          one ? (
            <Known one={one} />
          ) : (
            <Card title="Not known">
              <Empty icon="search" title="Nobody has told of this item">
                Neither the shop's catalogue nor any event names it; or it was forgotten for others.
              </Empty>
            </Card>
          )
        }
      </Shown>
    </>
  );
}

function Known({ one }: { one: ItemStatisticsJson }) {
  return (
    <div class="grid">
      <Card title="What the model has counted" size="half">
        <Counted one={one} />
      </Card>
      <Card title="What the shop says" size="half">
        {one.item ? <Said item={one.item} /> : <Empty title="Nothing: it is known from events alone" />}
      </Card>
      <Similar itemId={one.itemId} />
    </div>
  );
}

function Counted({ one }: { one: ItemStatisticsJson }) {
  const impressions = int(one.impressions);
  const touches = int(one.touches);
  return (
    <Facts
      facts={[
        ["Touches ever", count(touches)],
        ["By visitors who came back", touches ? `${count(one.repeatTouches)} (${percent(int(one.repeatTouches) / touches, 0)})` : "–"],
        ["Last touch", touches ? `${count(one.touchesSince)} touches of the shop ago` : "never"],
        ["Of late: hour, day, week", `${decimal(one.touchesHour, 1)} · ${decimal(one.touchesDay, 1)} · ${decimal(one.touchesWeek, 1)}`],
        ["Trend of the hour", <Trend value={one.trendHour} />],
        ["Trend of the day", <Trend value={one.trendDay} />],
        ["Trend of the week", <Trend value={one.trendWeek} />],
        ["Impressions whose window is open", count(impressions)],
        ["Acted on", impressions ? `${count(one.acts)} (${percent(int(one.acts) / impressions)})` : "–"],
        ["Reward of these", decimal(one.reward)],
      ]}
    />
  );
}

function Said({ item }: { item: ItemJson }) {
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
        ["Published", item.publishTime ? clock(item.publishTime) : "at once"],
        ["Expires", item.expireTime ? clock(item.expireTime) : "never"],
        ...features,
      ]}
    />
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
    <Card title="What goes with it, or is like it" note="ListSimilarItems, as a product page would show it" flush>
      <Shown of={loaded}>
        {({ found, known }) =>
          found.length === 0 ? (
            <Empty title="Nothing yet">Nobody touched it together with another, and its words stand alone.</Empty>
          ) : (
            <div class="scroll">
              <table>
                <thead>
                  <tr>
                    <th scope="col">Item</th>
                    <th scope="col">Category</th>
                    <th scope="col" class="right">Touches</th>
                    <th scope="col" class="right">Score</th>
                  </tr>
                </thead>
                <tbody>
                  {found.map((one) => (
                    <tr key={one.itemId}>
                      <td class="name-cell">
                        <a href={href("catalogue", one.itemId)}>{known.get(one.itemId)?.item?.title || one.itemId}</a>
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
                </tbody>
              </table>
            </div>
          )
        }
      </Shown>
    </Card>
  );
}
