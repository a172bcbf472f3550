/** The picture of an item, of a fixed size; a letter where there is none, with the reason where one is not shown. */

import { useState } from "preact/hooks";

import type { ItemJson } from "../api/types";

interface PictureProps {
  item: ItemJson | undefined;
  itemId?: string | undefined;
  /** Width and height in pixels. */
  size?: number;
}

export function Picture({ item, itemId = "", size = 40 }: PictureProps) {
  const [broken, setBroken] = useState("");
  const name = item?.title || item?.itemId || itemId;
  const address = item?.imageUri ?? "";
  const style = { width: `${size}px`, height: `${size}px` };
  const reason = whyNot(address) || (broken === address ? "It could not be loaded." : "");
  if (!address || reason) {
    const letter = { "data-letter": [...name][0]?.toUpperCase() ?? "?" };
    const look = { class: reason ? "picture missing" : "picture", style: { ...style, fontSize: `${size / 2.4}px` } };
    if (!reason) return <span {...look} {...letter} aria-hidden="true" />;
    return <span {...look} {...letter} role="img" aria-label={`Picture of ${name}, not shown. ${reason}`} title={`Not shown. ${reason}`} />;
  }
  return (
    <img
      class="picture"
      src={address}
      alt={`Picture of ${name}`}
      width={size}
      height={size}
      style={style}
      loading="lazy"
      decoding="async"
      referrerpolicy="no-referrer"
      onError={() => setBroken(address)}
    />
  );
}

/** Why the console does not load a picture; "" if it does, or if there is no address. */
export function whyNot(address: string): string {
  if (!address || /^https:\/\//i.test(address)) return "";
  if (/^http:\/\//i.test(address)) return "Its address begins with http://, which the console does not load: serve it with https://.";
  return "Its address has no host, so only the shop's own pages can show it.";
}

/** Whether a browser may follow it: never a script. */
export function isAddress(text: string): boolean {
  return /^https?:\/\//i.test(text);
}
