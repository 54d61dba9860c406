import { parseTilePath } from "@guildhall/attestation/verify";
import { expect, it } from "vitest";
import { firstTilePath } from "./tile-path.ts";

it.each([1, 30, 255, 256, 257, 1_000_000])(
  "of %i leaves there is a tile at the address that is shown",
  (size) => {
    const path = firstTilePath(size) as string;
    const tile = parseTilePath(path.replace("/log/tile/", ""));
    expect(tile).toMatchObject({ level: 0, index: 0, width: Math.min(size, 256) });
  },
);

it("of no leaf there is none", () => {
  expect(firstTilePath(0)).toBeNull();
});
