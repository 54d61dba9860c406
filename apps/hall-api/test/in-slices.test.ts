import { expect, it } from "vitest";
import { inSlices } from "../src/operations/rule/in-slices.ts";

/** Takes 5 ms of everybody's time. */
function busy(): void {
  const until = performance.now() + 5;
  while (performance.now() < until);
}

it("every item is used once and in order, whatever the slices", async () => {
  const items = Array.from({ length: 40 }, (_, n) => n);
  const parts = await inSlices(items, (some) => {
    const used: number[] = [];
    for (const item of some) {
      busy();
      used.push(item);
    }
    return used;
  });
  expect(parts.flat()).toEqual(items);
  expect(parts.length).toBeGreaterThan(4);
  for (const part of parts) expect(part.length).toBeGreaterThan(0);
  expect(await inSlices([], () => "nothing")).toEqual([]);
});

it("between two slices everybody else has a turn", async () => {
  let turns = 0;
  let isDone = false;
  const others = () => {
    turns++;
    if (!isDone) setTimeout(others, 0);
  };
  others();
  const parts = await inSlices(Array.from({ length: 40 }), (some) => {
    for (const _ of some) busy();
  });
  isDone = true;
  expect(turns).toBeGreaterThanOrEqual(parts.length - 1);
});

it("two of them take turns, and neither waits for the other's end", async () => {
  const order: string[] = [];
  const work = (name: string) =>
    inSlices(Array.from({ length: 40 }), (some) => {
      for (const _ of some) busy();
      order.push(name);
    });
  await Promise.all([work("a"), work("b")]);
  expect(order.slice(0, 6).join("")).toMatch(/^(?:ababab|bababa)$/);
});
