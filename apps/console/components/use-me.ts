"use client";

import { useQuery } from "@tanstack/react-query";
import { hall } from "../lib/hall-client.ts";
import type { Me } from "../lib/hall-types.ts";

const POLL_MS = 2000;

/** Who is signed in and how the Hall stands; `isAway` where it did not answer the last time. */
export function useMe(initial?: Me | null): { me: Me | null; isAway: boolean } {
  const { data, isError } = useQuery({
    queryKey: ["session.me"],
    queryFn: ({ signal }) => hall.session.me.query({}, { signal }),
    refetchInterval: POLL_MS,
    ...(initial && { initialData: initial }),
  });
  return { me: data ?? null, isAway: isError || data === undefined };
}
