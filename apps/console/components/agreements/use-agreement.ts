"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { hall } from "../../lib/hall-client.ts";

export function useAgreement(id: string) {
  return useQuery({
    queryKey: ["agreement.get", id],
    queryFn: ({ signal }) => hall.agreement.get.query({ id }, { signal }),
  });
}

/** After an act: what was read before is read again. */
export function useAgreementsChanged(): () => Promise<void> {
  const queries = useQueryClient();
  return async () => {
    await queries.invalidateQueries({ queryKey: ["agreement.get"] });
    await queries.invalidateQueries({ queryKey: ["agreement.list"] });
  };
}
