import { readFileSync } from "node:fs";
import { crc32 } from "node:zlib";
import { expect, it } from "vitest";
import { isKeyText, newSecret } from "../src/identity/api-key.ts";

const PAGE = readFileSync(new URL("../../../docs/api-keys.md", import.meta.url), "utf8");
/** The pattern that the page gives to scanners. */
const SCANNED = new RegExp(/For a scanner: `([^`]+)`/.exec(PAGE)![1]!, "g");

it("the pattern for scanners finds every key in a text, and no other secret of ours", () => {
  const keys = Array.from({ length: 50 }, () => newSecret("key"));
  const others = (["session", "link", "op"] as const).map(newSecret);
  const text = [...keys.map((key) => `HALL_KEY="${key}"`), ...others].join("\n");
  expect(text.match(SCANNED)).toEqual(keys);
});

it("the checksum is the one that the page describes", () => {
  const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  for (const key of Array.from({ length: 50 }, () => newSecret("key"))) {
    const [, , random = "", sum] = key.split("_");
    let rest = crc32(random);
    let written = "";
    for (; written.length < 6; rest = Math.floor(rest / 62)) written = digits[rest % 62] + written;
    expect(sum).toBe(written);
  }
  expect(isKeyText(/hall_key_0{32}_\w{6}/.exec(PAGE)![0])).toBe(true);
});

it("a text that differs from a key in one character is none", () => {
  const key = newSecret("key");
  for (let at = 0; at < key.length; at++) {
    const other = key[at] === "a" ? "b" : "a";
    expect(isKeyText(`${key.slice(0, at)}${other}${key.slice(at + 1)}`), `character ${at}`).toBe(false);
  }
  for (const text of [`${key} `, ` ${key}`, `${key}\n`, key.toUpperCase(), "", newSecret("session")])
    expect(isKeyText(text)).toBe(false);
});
