"use client";

import { useEffect, useState } from "react";
import type { DoorReceipt } from "../lib/hall-types.ts";
import { type CheckedSeal, checkSeal } from "../lib/verify-here.ts";

/** Null until this browser has checked; `again` after the pin was replaced. */
export function useCheckedSeal(
  sealed: DoorReceipt,
  verifierKey: string,
  previous: unknown,
): { checked: CheckedSeal | null; again: () => void } {
  const [checked, setChecked] = useState<CheckedSeal | null>(null);
  const [round, setRound] = useState(0);
  // Each answer of the Hall is a new object; the check depends on what it says.
  const text = JSON.stringify(sealed);
  const previousText = JSON.stringify(previous);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new round checks the same receipt again
  useEffect(() => {
    let isCurrent = true;
    checkSeal(text, verifierKey, JSON.parse(previousText)).then(
      (result) => isCurrent && setChecked(result),
      // A defect of the verifier must not leave the seal of another receipt standing.
      (error: unknown) =>
        isCurrent &&
        setChecked(() => {
          throw error;
        }),
    );
    return () => {
      isCurrent = false;
    };
  }, [text, verifierKey, previousText, round]);
  return { checked, again: () => setRound((count) => count + 1) };
}
