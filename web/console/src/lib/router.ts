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
    part: decoded(rest.join("/")),
    query: new URLSearchParams(search),
  };
}

/** A link that somebody typed may hold a lone %: then it is taken as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
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
