"use client";

import { useParams, useRouter, useSearchParams } from "next/navigation";
import { useMemo } from "react";
import { type DecisionsQuery, paths, readDecisionsQuery } from "../lib/paths.ts";

/** Where we are, as the address says it, and how to change it. */
export function useScope() {
  const router = useRouter();
  const params = useParams<{ tenant: string; id?: string }>();
  const search = useSearchParams();
  return useMemo(() => {
    const query = readDecisionsQuery(new URLSearchParams(search));
    const { tenant, id } = params;
    return {
      tenant,
      /** The decision that is open beside the list, if any. */
      openId: id ?? null,
      query,
      /** Shows another part of the list. What stays open beside it, stays. */
      narrow(change: Partial<{ [Name in keyof DecisionsQuery]: DecisionsQuery[Name] | undefined }>) {
        const merged = { ...query, before: undefined, ...change };
        const next = readDecisionsQuery(toParams(merged));
        router.replace(id === undefined ? paths.decisions(tenant, next) : paths.decision(tenant, id, next), {
          scroll: false,
        });
      },
    };
  }, [router, params, search]);
}

function toParams(query: { [name: string]: string | number | undefined }): URLSearchParams {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) params.set(name, String(value));
  return params;
}
