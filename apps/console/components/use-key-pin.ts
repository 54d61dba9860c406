"use client";

import { useEffect, useState } from "react";
import { type KeyPin, originOf, pinKey } from "../lib/pinned-key.ts";

/** The key that this browser checks with, held against the one that is offered now; null until the browser has looked. */
export function useKeyPin(offered: string): { pin: KeyPin | null; again: () => void } {
  const [pin, setPin] = useState<KeyPin | null>(null);
  const read = () =>
    setPin(pinKey(window.localStorage, originOf(offered), offered, new Date().toISOString()));
  useEffect(read, [offered]);
  return { pin, again: read };
}
