"use client";

import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { idsIn } from "../../lib/bundle-rules.ts";
import type { KnownWords } from "../../lib/bundle-words.ts";
import { hall } from "../../lib/hall-client.ts";
import type { PoliciesInForce, Profiles } from "../../lib/rule-types.ts";

/** Whatever is enrolled while somebody writes, is offered within a minute. */
const STALE_MS = 60_000;

/** What the editor may offer: what the tenant has, and what the text itself names. What cannot be read is left out. */
export function useKnownWords(text: string): KnownWords {
  const capabilities = useQuery({
    queryKey: ["capability.list"],
    queryFn: ({ signal }) => hall.capability.list.query({}, { signal }),
    staleTime: STALE_MS,
  }).data?.capabilities;
  const workers = useQuery({
    queryKey: ["worker.list"],
    queryFn: ({ signal }) => hall.worker.list.query({}, { signal }),
    staleTime: STALE_MS,
  }).data?.workers;
  const profiles = useQuery({
    queryKey: ["profile.list"],
    queryFn: ({ signal }): Promise<Profiles> => hall.profile.list.query({}, { signal }),
    staleTime: STALE_MS,
  }).data?.profiles;
  const variables = useQuery({
    queryKey: ["policy.list"],
    queryFn: ({ signal }): Promise<PoliciesInForce> => hall.policy.list.query({}, { signal }),
    staleTime: STALE_MS,
  }).data?.variables;
  return useMemo(
    () => ({
      capabilities: merged(
        capabilities?.map(({ capability_id }) => capability_id),
        workers?.flatMap((worker) => worker.capabilities),
        idsIn(text, "cap"),
      ),
      species: merged(
        workers?.map(({ worker_species_id }) => worker_species_id),
        idsIn(text, "wrk"),
      ),
      controls: merged(
        profiles?.flatMap(({ profile }) => profile.controls_required),
        idsIn(text, "ctrl"),
      ),
      profiles: merged(
        profiles?.filter(({ retired_at }) => retired_at === null).map(({ profile }) => profile.profile_id),
      ),
      policies: merged(idsIn(text, "pol")),
      variables: variables ?? [],
    }),
    [text, capabilities, workers, profiles, variables],
  );
}

function merged(...lists: (readonly string[] | undefined)[]): string[] {
  return [...new Set(lists.flatMap((list) => list ?? []))].sort();
}
