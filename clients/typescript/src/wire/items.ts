import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Item, ItemResult, ItemsAnswer, WriteStatus } from "../core/items.js";
import type { Time } from "../core/values.js";
import type { UpsertItemsRequestSchema } from "../gen/headwater/v1/catalog_service_pb.js";
import * as pb from "../gen/headwater/v1/item_pb.js";
import { checkFields, checkValue, type Kinds } from "./kinds.js";
import { fromTime, fromValues, toTime, toValues } from "./values.js";

const KINDS: Kinds = {
  itemId: "text", title: "text", categories: "texts", price: "number", currencyCode: "text", available: "flag",
  tags: "texts", features: "values", publishTime: "time", expireTime: "time", imageUri: "text", uri: "text", groupId: "text",
}; // biome-ignore format: a table
export const WRITE_STATUSES: Record<pb.WriteStatus, WriteStatus> = {
  [pb.WriteStatus.UNSPECIFIED]: "refused", // never sent
  [pb.WriteStatus.APPLIED]: "applied",
  [pb.WriteStatus.OUTDATED]: "outdated",
  [pb.WriteStatus.REFUSED]: "refused",
};

/** Build the request. */
export function upsertItemsRequest(
  items: readonly Item[],
  fields: readonly (keyof Item)[] | undefined,
  setTime: Time | undefined,
): MessageInitShape<typeof UpsertItemsRequestSchema> {
  checkValue("items", items, "list");
  if (fields) checkValue("fields", fields, "texts");
  const updateMask = fields?.length ? { paths: fields.map(snake) } : undefined;
  const write = { updateMask, setTime: toTime("setTime", setTime) };
  return { writes: items.map((item) => ({ ...write, item: toItem(item) })) };
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function toItem(item: Item): MessageInitShape<typeof pb.ItemSchema> {
  checkFields("an item", item, KINDS);
  return {
    itemId: item.itemId,
    title: item.title ?? "",
    categories: [...(item.categories ?? [])],
    price: item.price ?? undefined,
    currencyCode: item.currencyCode ?? "",
    available: item.available ?? true,
    tags: [...(item.tags ?? [])],
    features: toValues(item.features),
    publishTime: toTime("publishTime", item.publishTime),
    expireTime: toTime("expireTime", item.expireTime),
    imageUri: item.imageUri ?? "",
    uri: item.uri ?? "",
    groupId: item.groupId ?? "",
  };
}

/** Read an item. */
export function fromItem(item: pb.Item | undefined): Item {
  const {
    itemId = "",
    title,
    categories,
    price,
    currencyCode,
    available,
    tags,
    features,
    publishTime,
    expireTime,
    imageUri,
    uri,
    groupId,
  } = item ?? ({} as Partial<pb.Item>);
  return {
    itemId,
    title,
    categories,
    price,
    currencyCode,
    available: available ?? true,
    tags,
    features: fromValues(features ?? {}),
    publishTime: fromTime(publishTime),
    expireTime: fromTime(expireTime),
    imageUri,
    uri,
    groupId,
  };
}

/** Read the results of the writes. */
export function itemsAnswer(response: { results: pb.ItemWriteResult[]; offset: string }): ItemsAnswer {
  return { results: response.results.map(result), offset: response.offset };
}

function result({ itemId, status, detail }: pb.ItemWriteResult): ItemResult {
  return { itemId, status: WRITE_STATUSES[status], detail };
}
