/** The picture of an item, of a fixed size; a letter where there is none, or where it cannot be loaded. */

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
  // a path is one of the shop's own host, which this page does not know
  if (!isAddress(address) || broken === address) {
    return (
      <span
        class="picture"
        style={{ ...style, fontSize: `${size / 2.4}px` }}
        data-letter={[...name][0]?.toUpperCase() ?? "?"}
        aria-hidden="true"
      />
    );
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

/** Whether a browser may follow it: never a script. */
export function isAddress(text: string): boolean {
  return /^https?:\/\//i.test(text);
}
