/** Rows of an exported table as messages of the API. docs/exporting.md explains the columns. */

import type { EventItemJson, EventJson, ItemWriteJson, UserWriteJson } from "../../api/types";
import { BadCell, date, isEmpty, number, required, text, texts, time, valueOf, values, yesNo } from "./cells";
import type { Row } from "./rows";

/** A message, or why there is none; `row` is its first one. */
export interface Draft {
  row: number;
  message?: EventJson | ItemWriteJson | UserWriteJson;
  problem?: string;
}

/** Makes messages of rows; a message may have several. */
export interface Collector {
  add(row: Row): Draft[];
  end(): Draft[];
}

type Cells = Row["cells"];

/** Each row is one message. */
export function single(messageOf: (cells: Cells) => Draft["message"]): Collector {
  return { add: (row) => [draft(row, () => messageOf(row.cells))], end: () => [] };
}

/** Rows with one event_id that follow each other are one event. */
export class EventRows implements Collector {
  private waiting: Row[] = [];

  add(row: Row): Draft[] {
    const id = row.cells["event_id"];
    const goesOn = this.waiting.length > 0 && !row.problem && !isEmpty(id) && id === this.waiting[0]?.cells["event_id"];
    const done = goesOn ? [] : this.end();
    this.waiting.push(row);
    return done;
  }

  end(): Draft[] {
    const [first, ...others] = this.waiting;
    this.waiting = [];
    return first ? [draft(first, () => eventOf([first, ...others]))] : [];
  }
}

function draft(row: Row, make: () => Draft["message"]): Draft {
  if (row.problem) return { row: row.number, problem: row.problem };
  try {
    const message = make();
    return message ? { row: row.number, message } : { row: row.number };
  } catch (error) {
    if (error instanceof BadCell) return { row: row.number, problem: error.message };
    throw error;
  }
}

function eventOf(rows: readonly [Row, ...Row[]]): EventJson {
  const { cells } = rows[0];
  if (isEmpty(cells["visitor_id"]) && isEmpty(cells["user_id"])) throw new BadCell("visitor_id and user_id are missing");
  return present({
    eventId: required(cells, "event_id"),
    eventType: required(cells, "event_type"),
    visitorId: text(cells, "visitor_id"),
    userId: text(cells, "user_id"),
    sessionId: text(cells, "session_id"),
    items: rows.flatMap((row) => (isEmpty(row.cells["item_id"]) ? [] : [itemOfEvent(row.cells)])),
    value: number(cells, "value"),
    eventTime: time(cells, "timestamp"),
    placement: text(cells, "placement"),
    position: number(cells, "position"),
    context: values(cells, "context"),
  });
}

function itemOfEvent(cells: Cells): EventItemJson {
  return present({
    itemId: required(cells, "item_id"),
    quantity: number(cells, "quantity"),
    price: number(cells, "price"),
    currencyCode: text(cells, "currency_code"),
  });
}

const ITEM_COLUMNS =
  "item_id title categories price currency_code available tags publish_time expire_time image_uri uri group_id".split(" ");

export function itemOf(cells: Cells): ItemWriteJson {
  const item = present({
    itemId: required(cells, "item_id"),
    title: text(cells, "title"),
    categories: texts(cells, "categories"),
    price: number(cells, "price"),
    currencyCode: text(cells, "currency_code"),
    available: yesNo(cells, "available"),
    tags: texts(cells, "tags"),
    features: featuresOf(cells, ITEM_COLUMNS),
    publishTime: date(cells, "publish_time"),
    expireTime: date(cells, "expire_time"),
    imageUri: text(cells, "image_uri"),
    uri: text(cells, "uri"),
    groupId: text(cells, "group_id"),
  });
  return { item };
}

export function userOf(cells: Cells): UserWriteJson {
  return { user: { userId: required(cells, "user_id"), features: featuresOf(cells, ["user_id"]) } };
}

/** What is beside the columns: an export writes features there. */
function featuresOf(cells: Cells, columns: readonly string[]) {
  const found = Object.entries(cells).filter(([name, value]) => !columns.includes(name) && !isEmpty(value));
  return Object.fromEntries(found.map(([name, value]) => [name, valueOf(value, "a feature")]));
}

type Present<Fields> = { [Name in keyof Fields]: Exclude<Fields[Name], undefined> };

/** Leaves out what is undefined: an absent field is not one that is empty. */
function present<Fields extends object>(fields: Fields): Present<Fields> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<Fields>;
}
