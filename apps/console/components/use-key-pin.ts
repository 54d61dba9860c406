"use client";

import { useEffect, useState } from "react";
import type { KeyPin } from "../lib/pinned-key.ts";
import { pinHere } from "../lib/verify-here.ts";

/** The key that this browser checks with, held against the one that is offered now; null until the browser has looked. */
export function useKeyPin(offered: string): { pin: KeyPin | null; again: () => void } {
  const [pin, setPin] = useState<KeyPin | null>(null);
  const [round, setRound] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new round looks at the same key again
  useEffect(() => {
    let isCurrent = true;
    pinHere(offered).then(
      (found) => isCurrent && setPin(found),
      (error: unknown) =>
        isCurrent &&
        setPin(() => {
          // A defect of the verifier: the page's error boundary says so.
          throw error;
        }),
    );
    return () => {
      isCurrent = false;
    };
  }, [offered, round]);
  return { pin, again: () => setRound((count) => count + 1) };
}
