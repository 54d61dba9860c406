import { setImmediate as nextTurn } from "node:timers/promises";

/**
 * When a batch begins: how long those who wait are kept for others to share their commit and their signature
 * (PostgreSQL's `commit_siblings` and `commit_delay`).
 *
 * Where many ask, two batches take turns, so that the database commits one while the other is answered and decided. Left
 * to themselves they run together into one, and then each side rests while the other works. So a batch waits for a
 * little more than half of all who are on their way, but never for long. Where few ask, nobody waits: a batch is what
 * is being read or decided at this very moment.
 */
export interface Gathering {
  /** One more has asked; called for each, whatever comes of it. @param queued how many wait for a batch by now */
  enter(queued: number): void;
  /** One was answered or refused. */
  leave(): void;
  /** Resolves when a batch of those who are queued should begin. */
  enough(queued: () => number): Promise<void>;
}

/** More than half: in a pair of halves every signature would stand for fewer, and each late one would make a third batch. */
const SHARE = 0.55;
/** With fewer than so many in a batch another turn of the event loop is all that anybody waits. */
const FEW = 8;
/** Of a batch that has as many nobody waits for more. */
const MANY = 48;
const PATIENCE_MS = 5;

export function createGathering(): Gathering {
  /** Asked and not answered, now and when the last batch began. */
  let underWay = 0;
  let underWayBefore = 0;
  let waiting: { wanted: number; begin: () => void } | null = null;

  function wait(wanted: number): Promise<void> {
    return new Promise((resolve) => {
      const begin = () => {
        clearTimeout(timer);
        waiting = null;
        resolve();
      };
      const timer = setTimeout(begin, PATIENCE_MS);
      waiting = { wanted, begin };
    });
  }

  /** Waits while each turn of the event loop brings more. Whoever comes alone waits for one turn. */
  async function waitForTurns(queued: () => number): Promise<void> {
    for (let seen = 0; queued() > seen && queued() < MANY; ) {
      seen = queued();
      await nextTurn();
    }
  }

  return {
    enter(queued) {
      underWay += 1;
      if (waiting && queued >= waiting.wanted) waiting.begin();
    },
    leave() {
      underWay -= 1;
    },
    async enough(queued) {
      const wanted = Math.min(Math.ceil(Math.max(underWay, underWayBefore) * SHARE), MANY);
      if (wanted <= FEW) await waitForTurns(queued);
      else if (queued() < wanted) await wait(wanted);
      underWayBefore = underWay;
    },
  };
}
