import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { createGathering } from "../src/ledger/gathering.ts";

/** Whoever is queued, and whether the batch has begun. */
function batchOf(gathering: ReturnType<typeof createGathering>) {
  const state = { queued: 0, begun: false };
  return {
    state,
    ask(count = 1) {
      for (let i = 0; i < count; i++) gathering.enter(++state.queued);
    },
    begin() {
      state.begun = false;
      return gathering
        .enough(() => state.queued)
        .then(() => {
          state.begun = true;
        });
    },
    /** Takes the batch out of the queue. */
    take: () => {
      const { queued } = state;
      state.queued = 0;
      return queued;
    },
  };
}

describe("when a batch begins", () => {
  test("whoever asks alone waits for one turn of the event loop", async () => {
    const gathering = createGathering();
    const { ask, begin, state } = batchOf(gathering);
    ask();
    const begun = begin();
    await nextTurn();
    await nextTurn();
    expect(state.begun).toBe(true);
    await begun;
  });

  test("what comes within a turn shares the batch", async () => {
    const { ask, begin, take } = batchOf(createGathering());
    ask();
    const begun = begin();
    ask();
    await begun;
    expect(take()).toBe(2);
  });

  test("a batch waits for a little more than half of many who ask again and again", async () => {
    const gathering = createGathering();
    const { ask, begin, take, state } = batchOf(gathering);
    ask(64);
    await begin();
    const first = take();
    expect(first).toBe(64);
    // All were answered and 30 have asked again: the next batch waits for the 36th.
    for (let i = 0; i < first; i++) gathering.leave();
    ask(30);
    const begun = begin();
    await nextTurn();
    expect(state.begun).toBe(false);
    ask(5);
    expect(state.begun).toBe(false);
    ask();
    await begun;
    expect(take()).toBe(36);
  });

  test("those who never come back hold up no batch for longer than a moment", async () => {
    const gathering = createGathering();
    const { ask, begin, take } = batchOf(gathering);
    ask(64);
    await begin();
    for (let left = take(); left > 0; left--) gathering.leave();
    ask();
    await begin();
    expect(take()).toBe(1);
    gathering.leave();
    // By now nobody is reckoned with.
    ask();
    const begun = begin();
    await nextTurn();
    await nextTurn();
    await begun;
    expect(take()).toBe(1);
  });
});
