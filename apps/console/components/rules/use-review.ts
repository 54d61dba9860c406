"use client";

import { useEffect, useState } from "react";
import { hallBundles } from "../../lib/hall-bundles.ts";
import type { Review } from "../../lib/rule-types.ts";

export interface ReviewState {
  /** The last answer, perhaps of an earlier text. */
  review: Review | null;
  /** The text that the answer is about. */
  of: string | null;
  error: unknown;
  isBusy: boolean;
  again: () => void;
}

/** What the Hall says of a text, asked anew for every text that is given; an answer that comes late is dropped. */
export function useReview(text: string): ReviewState {
  const [state, setState] = useState<Omit<ReviewState, "again">>({
    review: null,
    of: null,
    error: null,
    isBusy: true,
  });
  const [round, setRound] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new round asks about the same text again
  useEffect(() => {
    const asking = new AbortController();
    setState((now) => ({ ...now, isBusy: true, error: null }));
    hallBundles.rule.review.mutate({ bundle: text }, { signal: asking.signal }).then(
      (review) => setState({ review, of: text, error: null, isBusy: false }),
      (error: unknown) => {
        if (!asking.signal.aborted) setState((now) => ({ ...now, error, isBusy: false }));
      },
    );
    return () => asking.abort();
  }, [text, round]);
  return { ...state, again: () => setRound((count) => count + 1) };
}
