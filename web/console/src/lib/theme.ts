/** Light or dark: the system's setting, until the operator chooses. */

import { useEffect, useState } from "preact/hooks";

export type Theme = "light" | "dark";

const NAME = "headwater-console-theme";
const dark = matchMedia("(prefers-color-scheme: dark)");

function current(): Theme {
  const chosen = localStorage.getItem(NAME);
  if (chosen === "light" || chosen === "dark") return chosen;
  return dark.matches ? "dark" : "light";
}

export function useTheme(): [Theme, () => void] {
  const [theme, setTheme] = useState(current);
  useEffect(() => {
    document.documentElement.dataset["theme"] = theme;
  }, [theme]);
  useEffect(() => {
    const update = () => setTheme(current());
    dark.addEventListener("change", update);
    return () => dark.removeEventListener("change", update);
  }, []);
  const toggle = () => {
    const other = theme === "dark" ? "light" : "dark";
    localStorage.setItem(NAME, other);
    setTheme(other);
  };
  return [theme, toggle];
}
