/** The API of the signed-in operator, for all views. */

import { createContext } from "preact";
import { useContext } from "preact/hooks";

import { Api } from "../api/client";

export const ApiContext = createContext(new Api(""));

export function useApi(): Api {
  return useContext(ApiContext);
}
