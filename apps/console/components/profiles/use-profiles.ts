"use client";

import { useQuery } from "@tanstack/react-query";
import { hall } from "../../lib/hall-client.ts";
import type { ProfileEntry, Profiles } from "../../lib/rule-types.ts";

/** Every profile the tenant may use, and which of them stand for its environments. */
export function useProfiles() {
  return useQuery({
    queryKey: ["profile.list"],
    queryFn: ({ signal }): Promise<Profiles> => hall.profile.list.query({}, { signal }),
  });
}

export function entryOf({ profiles }: Profiles, id: string | null): ProfileEntry | null {
  return profiles.find(({ profile }) => profile.profile_id === id) ?? null;
}
