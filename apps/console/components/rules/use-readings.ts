"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { hallBundles } from "../../lib/hall-bundles.ts";

/** A reading is the same for the same rule, so it is asked for once. */
const KEPT_MS = 300_000;

/**
 * The Hall's plain words for some rules, in their order; null while they are on their way or where the Hall
 * finds fault with a rule. The rules are asked about by themselves: no other part of their bundle matters.
 */
export function useReadings(rules: readonly unknown[], isWanted = true): (string | null)[] | null {
  const bundle = JSON.stringify({ rules });
  const { data } = useQuery({
    queryKey: ["rule.reading", bundle],
    queryFn: async ({ signal }) => {
      const { reading } = await hallBundles.rule.review.mutate({ bundle }, { signal });
      return reading;
    },
    enabled: isWanted && rules.length > 0,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: KEPT_MS,
    placeholderData: keepPreviousData,
  });
  if (data === undefined) return null;
  return rules.map((_, index) => data[index] ?? null);
}

/** The reading without the rule's own name, which stands beside it. */
export function withoutName(reading: string, ruleId: string): string {
  const start = `${ruleId}: `;
  const words = reading.startsWith(start) ? reading.slice(start.length) : reading;
  return words.charAt(0).toUpperCase() + words.slice(1);
}
