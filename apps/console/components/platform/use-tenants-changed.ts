"use client";

import { useQueryClient } from "@tanstack/react-query";

/** Has every list of tenants, and each that is shown, read anew. */
export function useTenantsChanged(): () => Promise<void> {
  const queries = useQueryClient();
  return async () => {
    await queries.invalidateQueries({ queryKey: ["tenant"] });
  };
}
