import { describe, expect, it } from "vitest";
import { parseTilePath, tilePath, tileWidth } from "./tile.ts";

describe("tilePath", () => {
  it.each([
    ["0/000", { level: 0, index: 0, width: 256 }],
    ["0/067.p/1", { level: 0, index: 67, width: 1 }],
    ["1/999", { level: 1, index: 999, width: 256 }],
    ["0/x001/000", { level: 0, index: 1000, width: 256 }],
    ["0/x001/x234/067", { level: 0, index: 1_234_067, width: 256 }],
    ["63/x001/x234/067.p/255", { level: 63, index: 1_234_067, width: 255 }],
  ])("%s is C2SP's spelling, and is read back", (path, tile) => {
    expect(tilePath(tile)).toBe(path);
    expect(parseTilePath(path)).toEqual(tile);
  });

  it.each([
    "",
    "0",
    "0/0",
    "0/00",
    "0/0000",
    "00/000",
    "64/000",
    "-1/000",
    "0/x000/001",
    "0/001/234",
    "0/x001",
    "0/X001/234",
    "0/000.p/0",
    "0/000.p/256",
    "0/000.p/01",
    "0/000.p/",
    "0/000.p/1/2",
    "0/000/",
    "/0/000",
    "0/../000",
    "entries/000",
    "0/x999/x999/x999/x999/x999/999",
    "0/000 ",
    "0/000\n",
  ])("%j names no tile", (path) => {
    expect(parseTilePath(path)).toBeNull();
  });
});

describe("tileWidth", () => {
  it("is C2SP's example: a tree of 70,000 leaves, and one of 256", () => {
    expect(tileWidth(0, 272, 70_000)).toBe(256);
    expect(tileWidth(0, 273, 70_000)).toBe(112);
    expect(tileWidth(0, 274, 70_000)).toBe(0);
    expect([0, 1, 2].map((index) => tileWidth(1, index, 70_000))).toEqual([256, 17, 0]);
    expect([0, 1].map((index) => tileWidth(2, index, 70_000))).toEqual([1, 0]);
    expect(tileWidth(0, 0, 256)).toBe(256);
    expect(tileWidth(1, 0, 256)).toBe(1);
    expect(tileWidth(0, 0, 0)).toBe(0);
  });
});
