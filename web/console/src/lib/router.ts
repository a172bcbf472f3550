/** Where the page is, in the part of its address after the #: no server is asked for it. */

import { useEffect, useState } from "preact/hooks";

export interface Route {
  view: string;
  /** What is shown of the view, such as an item's id; "" for all of it. */
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

/** Changes the address without a step back: for what is typed into a search. */
export function replace(to: string): void {
  history.replaceState(null, "", to);
  dispatchEvent(new HashChangeEvent("hashchange"));
}

export function useRoute(): Route {
  const [route, setRoute] = useState(() => parse(location.hash));
  useEffect(() => {
    const look = () => setRoute(parse(location.hash));
    addEventListener("hashchange", look);
    return () => removeEventListener("hashchange", look);
  }, []);
  return route;
}
