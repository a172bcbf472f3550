import type { Item, ItemsAnswer } from "../core/items.js";
import type { CallOptions } from "../core/recommendations.js";
import { ONCE, READING, REPEATABLE } from "../core/retrying.js";
import type { User, UserProfile, UsersAnswer, Who } from "../core/users.js";
import type { Time } from "../core/values.js";
import { CatalogService } from "../gen/headwater/v1/catalog_service_pb.js";
import { UserService } from "../gen/headwater/v1/user_service_pb.js";
import { fromItem, itemsAnswer, upsertItemsRequest } from "../wire/items.js";
import { checkFields, checkValue, type Kinds } from "../wire/kinds.js";
import { profile, upsertUsersRequest, usersAnswer } from "../wire/users.js";
import { toIds, toTime } from "../wire/values.js";
import { Connection } from "./connection.js";

export const READ_MS = 1000; // a visitor waits for it
export const WRITE_MS = 5000; // no visitor waits for it
const ITEMS_A_PAGE = 500;
const WHO: Kinds = { userId: "text", visitorId: "text" };
const CALL: Kinds = { timeoutMs: "number", signal: "object" };

/** When the shop made the change. An older change never replaces a newer one. */
export interface SetTime {
  setTime?: Time;
}

/**
 * The shop's items and accounts. A change takes effect with the next answer. Writes are tried once: after a lost
 * answer, a repeated write could undo a newer one. Set `setTime`, and repeat it yourself.
 */
export class Catalogue extends Connection {
  readonly #items = this.service(CatalogService);
  readonly #users = this.service(UserService);

  /** Put items (1 to 1,000), or only their `fields`, into the catalogue. */
  async upsertItems(
    items: readonly Item[],
    options: CallOptions & SetTime & { fields?: readonly (keyof Item)[] } = {},
  ): Promise<ItemsAnswer> {
    checkFields("the options of upsertItems", options, { ...CALL, setTime: "time", fields: "texts" });
    const request = upsertItemsRequest(items, options.fields, options.setTime);
    return itemsAnswer(await this.make((each) => this.#items.upsertItems(request, each), options, WRITE_MS, ONCE));
  }

  /** Remove items (1 to 1,000) from the catalogue and from every list. */
  async deleteItems(itemIds: readonly string[], options: CallOptions & SetTime = {}): Promise<ItemsAnswer> {
    checkFields("the options of deleteItems", options, { ...CALL, setTime: "time" });
    const request = { itemIds: toIds("itemIds", itemIds), setTime: toTime("setTime", options.setTime) };
    return itemsAnswer(await this.make((each) => this.#items.deleteItems(request, each), options, WRITE_MS, ONCE));
  }

  /** Return an item; `NotFoundError` if the catalogue does not contain it. */
  async getItem(itemId: string, options: CallOptions = {}): Promise<Item> {
    checkValue("itemId", itemId, "text");
    const answer = await this.make((each) => this.#items.getItem({ itemId }, each), options, READ_MS, READING);
    return fromItem(answer.item);
  }

  /** Yield all items in order of id; each page (`timeoutMs` each) is requested when it is needed. */
  async *listItems(options: CallOptions & { filter?: string; pageSize?: number } = {}): AsyncGenerator<Item> {
    checkFields("the options of listItems", options, { ...CALL, filter: "text", pageSize: "whole" });
    const { filter = "", pageSize = ITEMS_A_PAGE } = options;
    let pageToken = "";
    do {
      const request = { filter, pageSize, pageToken };
      const page = await this.make((each) => this.#items.listItems(request, each), options, WRITE_MS, READING);
      yield* page.items.map(fromItem);
      pageToken = page.nextPageToken;
    } while (pageToken);
  }

  /** Set the features of accounts (1 to 1,000): all given ones, or only those named in `features`. */
  async upsertUsers(
    users: readonly User[],
    options: CallOptions & SetTime & { features?: readonly string[] } = {},
  ): Promise<UsersAnswer> {
    checkFields("the options of upsertUsers", options, { ...CALL, setTime: "time", features: "texts" });
    const request = upsertUsersRequest(users, options.features, options.setTime);
    return usersAnswer(await this.make((each) => this.#users.upsertUsers(request, each), options, WRITE_MS, ONCE));
  }

  /** Return the profile of an account or of a visitor; `NotFoundError` if there is none. */
  async getUser(who: Who, options: CallOptions = {}): Promise<UserProfile> {
    checkFields("who", who, WHO);
    return profile(await this.make((each) => this.#users.getUser(who, each), options, READ_MS, READING));
  }

  /** Erase an account with its visitors, or an anonymous visitor. An unknown id is not an error. */
  async eraseUser(who: Who, options: CallOptions = {}): Promise<{ offset: string }> {
    checkFields("who", who, WHO);
    const answer = await this.make((each) => this.#users.eraseUser(who, each), options, WRITE_MS, REPEATABLE);
    return { offset: answer.offset };
  }

  /** End a visitor's link to an account, at a logout. What the visitor did anonymously stays. */
  async unlinkVisitor(visitorId: string, options: CallOptions = {}): Promise<{ offset: string }> {
    checkValue("visitorId", visitorId, "text");
    const request = { visitorId };
    const answer = await this.make((each) => this.#users.unlinkVisitor(request, each), options, WRITE_MS, REPEATABLE);
    return { offset: answer.offset };
  }
}
