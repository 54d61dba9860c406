"use client";

import { type Act, whyNot } from "../lib/permissions.ts";
import { useMe } from "./use-me.ts";

/** Why whoever is signed in may not do this, for the button that stays off; undefined where they may. */
export function useWhyNot(act: Act): string | undefined {
  const { me } = useMe();
  return whyNot(me, act);
}
