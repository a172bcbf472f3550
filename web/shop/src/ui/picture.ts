/** A product's picture: the shop's own, and below it the drawn one, which shows until it is loaded, or if it is not. */
import type { Product } from "../model/catalogue";
import { picture } from "../pictures/picture";
import { fromMarkup, h } from "./dom";

export function pictureOf(product: Product, className: string): HTMLElement {
  const element = fromMarkup(picture(product), className);
  const address = product.image ?? "";
  if (!/^(https?:\/\/|\/(?!\/))/i.test(address)) return element;
  const image = h("img", {
    class: "photo",
    src: address,
    alt: "", // the name is beside every picture
    width: 240,
    height: 240,
    loading: "lazy",
    decoding: "async",
    referrerpolicy: "no-referrer",
    onerror: () => image.remove(),
  });
  element.append(image);
  return element;
}
