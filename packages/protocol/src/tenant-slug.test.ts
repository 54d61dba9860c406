import { describe, expect, it } from "vitest";
import { TenantSlug } from "./tenant-slug.ts";

const isGood = (text: string) => TenantSlug.safeParse(text).success;

it.each(["acme", "acme-2", "tenant-1", "42", "a1", "x".repeat(40)])("%s is a tenant's name", (slug) => {
  expect(isGood(slug)).toBe(true);
});

describe("is no tenant's name:", () => {
  it.each([
    ["H-020 a Cyrillic letter", "\u0430cme"],
    ["H-020 fullwidth letters", "\uff41\uff43\uff4d\uff45"],
    ["H-021 the Kelvin sign", "\u212aelvin"],
    ["H-021 a long s", "\u017ftark"],
    ["H-022 a zero-width space", "ac\u200bme"],
    ["H-024 a line end", "acme\n"],
    ["H-028 a capital", "Acme"],
    ["H-028 a space", "acme "],
    ["H-028 a dot at the end", "acme."],
    ["H-029 one character", "a"],
    ["H-029 one too many", "x".repeat(41)],
    ["two hyphens", "ac--me"],
    ["a hyphen first", "-acme"],
    ["a slash", "ac/me"],
  ])("%s", (_, text) => {
    expect(isGood(text)).toBe(false);
  });

  it.each([
    "platform",
    "p1atform",
    "plat-form",
    "hall",
    "ha11",
    "adrnin",
    "admln",
    "api",
    "sign-in",
    "s1gn1n",
    "con",
    "null",
    "constructor",
    "0fficial",
  ])("%s is reserved, or looks like what is", (text) => {
    expect(isGood(text)).toBe(false);
  });
});
