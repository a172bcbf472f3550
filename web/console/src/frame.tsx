/** The navigation with the views and the system's health, beside the open view. */

import { useEffect, useRef } from "preact/hooks";

import type { ListReplicasResponseJson } from "./api/types";
import { useApi } from "./lib/context";
import { healthOf } from "./lib/health";
import { useLoad } from "./lib/load";
import { href, type Route, useRoute } from "./lib/router";
import type { Person } from "./lib/sign_in";
import type { Theme } from "./lib/theme";
import { Icon, type IconName } from "./ui/icons";
import { Ago } from "./ui/parts";
import { Audit } from "./views/audit";
import { Catalogue } from "./views/catalogue";
import { ExperimentPage } from "./views/experiments/experiment";
import { Experiments } from "./views/experiments/experiments";
import { ItemPage } from "./views/item";
import { Overview } from "./views/overview";
import { Performance } from "./views/performance/performance";
import { Policies } from "./views/policies/policies";
import { Quarantine } from "./views/quarantine";
import { Replicas } from "./views/replicas";
import { Rules } from "./views/rules/rules";
import { Settings } from "./views/settings";
import { Storage } from "./views/storage";
import { Visitor } from "./views/visitor";

const VIEWS: readonly (readonly [IconName, string])[] = [
  ["overview", "Overview"],
  ["performance", "Performance"],
  ["replicas", "Replicas"],
  ["quarantine", "Quarantine"],
  ["catalogue", "Catalogue"],
  ["visitor", "Visitors"],
  ["rules", "Rules"],
  ["experiments", "Experiments"],
  ["policies", "Policies"],
  ["storage", "Storage"],
  ["settings", "Settings"],
  ["audit", "Audit log"],
];

interface FrameProps {
  theme: Theme;
  onTheme: () => void;
  /** Who is signed in, if not by a key. */
  person: Person | null;
  onSignOut: (() => void) | undefined;
}

export function Frame({ theme, onTheme, person, onSignOut }: FrameProps) {
  const route = useRoute();
  const main = useRef<HTMLElement>(null);
  const opened = useRef(false);
  useEffect(() => {
    const name = VIEWS.find(([view]) => view === route.view)?.[1] ?? "Console";
    document.title = `${name} · Headwater`;
    // a screen reader announces the new view; the first one is read anyway
    if (opened.current) main.current?.querySelector("h1")?.focus();
    opened.current = true;
  }, [route.view, route.part]);

  return (
    <div class="frame">
      <a class="skip" href="#main" onClick={(event) => skip(event, main.current)}>
        Skip to content
      </a>
      <nav class="rail" aria-label="Views">
        <a class="brand" href={href("overview")}>
          <img src="/console/headwater.svg" alt="" />
          <span>
            Headwater
            <small>Operator console</small>
          </span>
        </a>
        <div class="views">
          {VIEWS.map(([view, name]) => (
            <a key={view} href={href(view)} aria-current={view === route.view ? "page" : undefined}>
              <Icon name={view} />
              {name}
            </a>
          ))}
        </div>
        <footer>
          <Health />
          {person && (
            <p class="person faint break">
              {person.who} · <strong>{person.role}</strong>
            </p>
          )}
          <div class="tools">
            <button type="button" class="button quiet" onClick={onTheme}>
              <Icon name={theme === "dark" ? "sun" : "moon"} size={16} />
              {theme === "dark" ? "Light" : "Dark"}
            </button>
            {onSignOut && (
              <button type="button" class="button quiet" onClick={onSignOut}>
                <Icon name="leave" size={16} />
                Sign out
              </button>
            )}
          </div>
        </footer>
      </nav>
      <main class="page" id="main" ref={main}>
        <View route={route} />
      </main>
    </div>
  );
}

/** Moves the focus: the router would read a link to #main as a view. */
function skip(event: Event, main: HTMLElement | null): void {
  event.preventDefault();
  main?.querySelector("h1")?.focus();
}

function View({ route }: { route: Route }) {
  switch (route.view) {
    case "performance":
      return <Performance route={route} />;
    case "replicas":
      return <Replicas />;
    case "quarantine":
      return <Quarantine route={route} />;
    case "catalogue":
      return route.part ? <ItemPage itemId={route.part} /> : <Catalogue route={route} />;
    case "visitor":
      return <Visitor route={route} />;
    case "rules":
      return <Rules />;
    case "audit":
      return <Audit />;
    case "experiments":
      return route.part ? <ExperimentPage key={route.part} experimentId={route.part} /> : <Experiments />;
    case "policies":
      return <Policies />;
    case "storage":
      return <Storage />;
    case "settings":
      return <Settings />;
    default:
      return <Overview />;
  }
}

const HEALTH_EVERY_MS = 5_000;

function Health() {
  const api = useApi();
  const replicas = useLoad(
    () => api.get<ListReplicasResponseJson>("/v1/replicas"),
    [api],
    HEALTH_EVERY_MS,
  );
  const { tone, title, text } = healthOf(replicas);
  return (
    <div class="health" role="status">
      <div class="row">
        <i class={`dot ${tone}`} />
        <strong>{title}</strong>
      </div>
      <div class="faint">
        {text}
        {replicas.time > 0 && (
          <>
            {text && " · "}
            <Ago time={replicas.time} />
          </>
        )}
      </div>
    </div>
  );
}
