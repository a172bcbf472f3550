/** Light or dark: as the system says, until the operator says otherwise. */

import { useEffect, useState } from "preact/hooks";

export type Theme = "light" | "dark";

const NAME = "headwater-console-theme";
const dark = matchMedia("(prefers-color-scheme: dark)");

function now(): Theme {
  const chosen = localStorage.getItem(NAME);
  if (chosen === "light" || chosen === "dark") return chosen;
  return dark.matches ? "dark" : "light";
}

export function useTheme(): [Theme, () => void] {
  const [theme, setTheme] = useState(now);
  useEffect(() => {
    document.documentElement.dataset["theme"] = theme;
  }, [theme]);
  useEffect(() => {
    const look = () => setTheme(now());
    dark.addEventListener("change", look);
    return () => dark.removeEventListener("change", look);
  }, []);
  const turn = () => {
    const other = theme === "dark" ? "light" : "dark";
    localStorage.setItem(NAME, other);
    setTheme(other);
  };
  return [theme, turn];
}
