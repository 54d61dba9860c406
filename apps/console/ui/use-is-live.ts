"use client";

import { useSyncExternalStore } from "react";

/** False in what the server sent, true once this browser runs it: until then a press would be lost. */
export function useIsLive(): boolean {
  return useSyncExternalStore(
    subscribe,
    () => true,
    () => false,
  );
}

function subscribe(): () => void {
  return () => undefined;
}
