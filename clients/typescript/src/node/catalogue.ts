import type { Item, ItemsAnswer } from "../core/items.js";
import type { CallOptions } from "../core/recommendations.js";
import { ONCE, READING, REPEATABLE } from "../core/retrying.js";
import type { User, UserProfile, UsersAnswer, Who } from "../core/users.js";
import type { Time } from "../core/values.js";
import { CatalogService } from "../gen/headwater/v1/catalog_service_pb.js";
import { UserService } from "../gen/headwater/v1/user_service_pb.js";
import { fromItem, itemsAnswer, upsertItemsRequest } from "../wire/items.js";
import { profile, upsertUsersRequest, usersAnswer } from "../wire/users.js";
import { toIds, toTime } from "../wire/values.js";
import { Connection } from "./connection.js";

export const READ_MS = 1000; // a page is waiting
export const WRITE_MS = 5000; // nobody is
const ITEMS_A_PAGE = 500;

/** Of a write: when the shop made the change. An older one never beats a newer one. */
export interface SetTime {
  setTime?: Time;
}

/**
 * What the shop says of its items and accounts. A change holds from the next answer on. Writes are tried once: after a
 * lost answer a repeated one could undo a newer one. Give `setTime`, and repeat it yourself.
 */
export class Catalogue extends Connection {
  readonly #items = this.service(CatalogService);
  readonly #users = this.service(UserService);

  /** Put items (1 to 1,000), or only their `fields`, into the catalogue. */
  async upsertItems(
    items: readonly Item[],
    options: CallOptions & SetTime & { fields?: readonly (keyof Item)[] } = {},
  ): Promise<ItemsAnswer> {
    const request = upsertItemsRequest(items, options.fields, options.setTime);
    return itemsAnswer(await this.make((each) => this.#items.upsertItems(request, each), options, WRITE_MS, ONCE));
  }

  /** Take items (1 to 1,000) out of the catalogue and of every list. */
  async deleteItems(itemIds: readonly string[], options: CallOptions & SetTime = {}): Promise<ItemsAnswer> {
    const request = { itemIds: toIds("itemIds", itemIds), setTime: toTime("setTime", options.setTime) };
    return itemsAnswer(await this.make((each) => this.#items.deleteItems(request, each), options, WRITE_MS, ONCE));
  }

  /** Return an item; `NotFoundError` when the catalogue does not hold it. */
  async getItem(itemId: string, options: CallOptions = {}): Promise<Item> {
    const answer = await this.make((each) => this.#items.getItem({ itemId }, each), options, READ_MS, READING);
    return fromItem(answer.item);
  }

  /** Yield the catalogue by id, asking for a page (`timeoutMs` each) when it is needed. */
  async *listItems(options: CallOptions & { filter?: string; pageSize?: number } = {}): AsyncGenerator<Item> {
    const { filter = "", pageSize = ITEMS_A_PAGE } = options;
    let pageToken = "";
    do {
      const request = { filter, pageSize, pageToken };
      const page = await this.make((each) => this.#items.listItems(request, each), options, WRITE_MS, READING);
      yield* page.items.map(fromItem);
      pageToken = page.nextPageToken;
    } while (pageToken);
  }

  /** Say what the shop knows of accounts (1 to 1,000): all given features, or those named in `features`. */
  async upsertUsers(
    users: readonly User[],
    options: CallOptions & SetTime & { features?: readonly string[] } = {},
  ): Promise<UsersAnswer> {
    const request = upsertUsersRequest(users, options.features, options.setTime);
    return usersAnswer(await this.make((each) => this.#users.upsertUsers(request, each), options, WRITE_MS, ONCE));
  }

  /** Return what is known of an account or of a visitor; `NotFoundError` when nothing is. */
  async getUser(who: Who, options: CallOptions = {}): Promise<UserProfile> {
    return profile(await this.make((each) => this.#users.getUser(who, each), options, READ_MS, READING));
  }

  /** Forget an account with its visitors, or what a visitor did anonymously. A stranger is forgotten as well. */
  async eraseUser(who: Who, options: CallOptions = {}): Promise<{ offset: string }> {
    const answer = await this.make((each) => this.#users.eraseUser(who, each), options, WRITE_MS, REPEATABLE);
    return { offset: answer.offset };
  }
}
