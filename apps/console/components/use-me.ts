"use client";

import { useQuery } from "@tanstack/react-query";
import { hall } from "../lib/hall-client.ts";
import type { Me } from "../lib/hall-types.ts";
import { type RefusalText, readRefusal } from "../lib/refusal.ts";

const POLL_MS = 2000;

/** Who is signed in and how the Hall stands; `refusal` where it did not say so the last time it was asked. */
export function useMe(initial?: Me | null): { me: Me | null; refusal: RefusalText | null } {
  const { data, error } = useQuery({
    queryKey: ["session.me"],
    queryFn: ({ signal }) => hall.session.me.query({}, { signal }),
    refetchInterval: POLL_MS,
    ...(initial && { initialData: initial }),
  });
  return { me: data ?? null, refusal: error && readRefusal(error) };
}
