/** What the operator's key may do, so that a view can leave out what the server would refuse. */

import type { GetServingResponseJson } from "../api/types";
import { useApi } from "./context";
import { useLoad } from "./load";

export interface Permission {
  may: boolean;
  /** Why not, and the fix; empty if the key may, or while this is not known. */
  why: string;
}

export function useScope(scope: string): Permission {
  const api = useApi();
  const { data, error } = useLoad(() => api.get<GetServingResponseJson>("/v1/serving"), [api]);
  // without an answer the button stays, and the server says what it refuses
  if (error !== undefined || (data && !data.scopes?.length)) return { may: true, why: "" };
  if (!data || data.scopes?.includes(scope)) return { may: data !== undefined, why: "" };
  return { may: false, why: api.key ? keyText(scope) : roleText(scope) };
}

const keyText = (scope: string) => `Your key may only look. This needs a key with the scope ${scope}, such as KEY;scopes=read+${scope}.`;

const EDITING = ["catalog", "experiments", "rules"];

const roleText = (scope: string) => `Your role does not allow this. It needs the role ${EDITING.includes(scope) ? "edit or operate" : "operate"}.`;
