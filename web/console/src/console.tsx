/** The views for a signed-in operator, else the sign-in screen. */

import { useEffect, useMemo, useState } from "preact/hooks";

import { Api } from "./api/client";
import { Frame } from "./frame";
import { ApiContext } from "./lib/context";
import { forgetKey, keepKey, keptKey } from "./lib/session";
import { useTheme } from "./lib/theme";
import { SignIn } from "./sign_in";

export function Console() {
  const [key, setKey] = useState(keptKey);
  const [message, setMessage] = useState("");
  const [theme, toggleTheme] = useTheme();

  useEffect(() => {
    if (key !== null) return;
    // a server on one machine may need no key: then no sign-in is needed
    new Api("")
      .get("/v1/serving")
      .then(() => setKey(""))
      .catch(() => undefined);
  }, []);

  const signIn = (given: string) => {
    keepKey(given);
    setMessage("");
    setKey(given);
  };
  const signOut = (why: string) => {
    forgetKey();
    setMessage(why);
    setKey(null);
  };
  const api = useMemo(
    () => new Api(key ?? "", () => signOut("The server no longer accepts this key.")),
    [key],
  );
  if (key === null) return <SignIn message={message} onKey={signIn} />;
  return (
    <ApiContext.Provider value={api}>
      <Frame theme={theme} onTheme={toggleTheme} onSignOut={key ? () => signOut("") : undefined} />
    </ApiContext.Provider>
  );
}
