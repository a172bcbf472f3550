/**
 * A store that survives a reload: texts by name. `localStorage` is synchronous, so an event is stored before the click
 * handler returns, even if the tab closes at that moment; IndexedDB would still be opening.
 */
export interface Shelf {
  get(name: string): string | null;
  /** Return whether it is stored: not if the shelf is full. */
  put(name: string, text: string): boolean;
  remove(name: string): void;
  /** The names with this prefix. */
  names(prefix: string): string[];
}

/** `localStorage`, or memory if it is not available (blocked, or no browser). */
export function openShelf(storage: () => Storage | undefined = () => globalThis.localStorage): Shelf {
  try {
    const found = storage();
    found?.setItem("headwater.probe", "1");
    found?.removeItem("headwater.probe");
    return found ? new StorageShelf(found) : new MemoryShelf();
  } catch {
    return new MemoryShelf();
  }
}

class StorageShelf implements Shelf {
  readonly #storage: Storage;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  get(name: string): string | null {
    return this.#storage.getItem(name);
  }

  put(name: string, text: string): boolean {
    try {
      this.#storage.setItem(name, text);
      return true;
    } catch {
      return false;
    }
  }

  remove(name: string): void {
    this.#storage.removeItem(name);
  }

  names(prefix: string): string[] {
    const names = Array.from({ length: this.#storage.length }, (_, n) => this.#storage.key(n) ?? "");
    return names.filter((name) => name.startsWith(prefix));
  }
}

/** For this page only. */
export class MemoryShelf implements Shelf {
  readonly #texts = new Map<string, string>();

  get(name: string): string | null {
    return this.#texts.get(name) ?? null;
  }

  put(name: string, text: string): boolean {
    this.#texts.set(name, text);
    return true;
  }

  remove(name: string): void {
    this.#texts.delete(name);
  }

  names(prefix: string): string[] {
    return [...this.#texts.keys()].filter((name) => name.startsWith(prefix));
  }
}
