/** The open view, kept in the address after the #: changing it sends no request. */

import { useEffect, useState } from "preact/hooks";

export interface Route {
  view: string;
  /** The ID of what the view shows, such as an item's; "": the whole view. */
  part: string;
  query: URLSearchParams;
}

export function parse(hash: string): Route {
  const [path = "", search = ""] = hash.replace(/^#\/?/, "").split("?");
  const [view = "", ...rest] = path.split("/");
  return {
    view: view || "overview",
    part: decodeURIComponent(rest.join("/")),
    query: new URLSearchParams(search),
  };
}

export function href(view: string, part = "", query: object = {}): string {
  const given = Object.entries(query).filter(([, value]) => value);
  const search = new URLSearchParams(given as [string, string][]).toString();
  return `#/${view}${part ? `/${encodeURIComponent(part)}` : ""}${search ? `?${search}` : ""}`;
}

/** Changes the address without a new history entry: for typed search text. */
export function replace(to: string): void {
  history.replaceState(null, "", to);
  dispatchEvent(new HashChangeEvent("hashchange"));
}

export function useRoute(): Route {
  const [route, setRoute] = useState(() => parse(location.hash));
  useEffect(() => {
    const update = () => setRoute(parse(location.hash));
    addEventListener("hashchange", update);
    return () => removeEventListener("hashchange", update);
  }, []);
  return route;
}
