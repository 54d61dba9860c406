"use client";

import { useEffect, useState } from "react";
import type { DoorReceipt } from "../lib/hall-types.ts";
import { type CheckedSeal, checkSeal } from "../lib/verify-here.ts";

/** Null until this browser has checked this very receipt; `again` after the pin was replaced. */
export function useCheckedSeal(
  sealed: DoorReceipt,
  verifierKey: string,
  previous: unknown,
): { checked: CheckedSeal | null; again: () => void } {
  const [found, setFound] = useState<{ receiptText: string; checked: CheckedSeal } | null>(null);
  const [round, setRound] = useState(0);
  // Each answer of the Hall is a new object; the check depends on what it says.
  const text = JSON.stringify(sealed);
  const receiptText = JSON.stringify(sealed.receipt);
  const previousText = JSON.stringify(previous);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new round checks the same receipt again
  useEffect(() => {
    let isCurrent = true;
    checkSeal(text, verifierKey, JSON.parse(previousText)).then(
      (checked) => isCurrent && setFound({ receiptText, checked }),
      (error: unknown) =>
        isCurrent &&
        setFound(() => {
          // A defect of the verifier: the page's error boundary says so.
          throw error;
        }),
    );
    return () => {
      isCurrent = false;
    };
  }, [text, receiptText, verifierKey, previousText, round]);
  // While the log grows the receipt stays and its seal is renewed; another receipt starts open.
  const checked = found?.receiptText === receiptText ? found.checked : null;
  return { checked, again: () => setRound((count) => count + 1) };
}
