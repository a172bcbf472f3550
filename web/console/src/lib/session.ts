/** The operator's key: for this tab, until it is closed, and nowhere else. */

const NAME = "headwater-console-key";

export function keptKey(): string | null {
  return sessionStorage.getItem(NAME);
}

export function keepKey(key: string): void {
  sessionStorage.setItem(NAME, key);
}

export function forgetKey(): void {
  sessionStorage.removeItem(NAME);
}
