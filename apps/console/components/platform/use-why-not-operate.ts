"use client";

import { type PlatformAct, whyNotOperate } from "../../lib/platform.ts";
import { useMe } from "../use-me.ts";

/** Why whoever is signed in may not do this to a tenant, for the button that stays off. */
export function useWhyNotOperate(act: PlatformAct): string | undefined {
  const { me } = useMe();
  return whyNotOperate(me, act);
}
