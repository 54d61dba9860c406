import type { TRPCLink } from "@trpc/client";
import { observable } from "@trpc/server/observable";
import type { AppRouter } from "./hall-types.ts";
import { readRefusal } from "./refusal.ts";

/**
 * Between every act of the console and the Hall: what is refused for want of a fresh factor is put to the person, and
 * repeated once they have shown one. Once: a second refusal is the page's to tell.
 */
export function stepUpLink(ask: () => Promise<boolean>): TRPCLink<AppRouter> {
  return () =>
    ({ op, next }) =>
      observable((observer) => {
        let isOver = false;
        let call = next(op).subscribe({
          ...observer,
          error(refusal) {
            if (readRefusal(refusal).code !== "STEP_UP_REQUIRED") return observer.error(refusal);
            void ask().then((isShown) => {
              if (isOver) return;
              if (isShown) call = next(op).subscribe(observer);
              else observer.error(refusal);
            });
          },
        });
        return () => {
          isOver = true;
          call.unsubscribe();
        };
      });
}
