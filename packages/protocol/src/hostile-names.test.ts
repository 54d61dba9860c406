import { describe, expect, it } from "vitest";
import { CapabilityId, Instant, isPrintable, ProfileId, WorkerId } from "./ids.ts";
import { Namespace, namespaceSkeleton } from "./namespace.ts";

/** Names that decide something: each is one text in one form, and nothing is repaired on the way in. */
const NAMES = {
  WorkerId: { schema: WorkerId, good: "org.acme.summarizer", of: (name: string) => `org.${name}.summarizer` },
  Namespace: { schema: Namespace, good: "org.acme", of: (name: string) => `org.${name}` },
  CapabilityId: {
    schema: CapabilityId,
    good: "cap.doc.summarize",
    of: (name: string) => `cap.${name}.summarize`,
  },
  ProfileId: { schema: ProfileId, good: "prof.acme.own", of: (name: string) => `prof.${name}.own` },
};

const HOSTILE: [string, string[]][] = [
  [
    "H-020 letters of other scripts",
    ["аcme", "acmе", "αcme", "ａｃｍｅ", "acmе", "аcmе", "ᴀcme", "аcme-official"],
  ],
  ["H-021 letters that another case makes ASCII", ["\u212aelvin", "ſtark", "ı", "acme\u0130", "ﬁnance"]],
  [
    "H-022 characters of no width",
    ["ac\u200bme", "acme\u200d", "\u200cacme", "acme\u2060", "\ufeffacme", "ac\u00adme"],
  ],
  [
    "H-023 characters that turn the direction",
    ["\u202eemca", "acme\u202a", "\u2066acme\u2069", "acme\u200f"],
  ],
  [
    "H-024 control characters",
    ["ac\u0000me", "acme\n", "\r\nacme", "acme\u001b[31m", "acme\u007f", "acme\u2028"],
  ],
  ["H-025 one name in two forms of Unicode", ["caf\u00e9", "cafe\u0301"]],
  ["H-026 letters made of many", ["👨\u200d👩\u200d👧", `a${"\u0301".repeat(10_000)}`]],
  ["H-027 words that mean something elsewhere", ["..", ".", "__proto__", "has own", "%2e%2e", "a/b"]],
  ["H-028 spaces, dots and capitals", [" acme", "acme ", "acme.", "Acme", "ACME", "a cme", "acme\t"]],
  ["H-029 too short and too long", ["", "a".repeat(200), "a".repeat(1_000_000)]],
  ["H-030 punycode of a look-alike", ["xn--cme-7cd", "xn--80ak6aa92e"]],
];

describe.each(Object.entries(NAMES))("%s", (_, { schema, good, of }) => {
  it("takes what is written as it should be", () => {
    expect(schema.safeParse(good).success).toBe(true);
  });

  it.each(HOSTILE)("%s: refused, not repaired", (_, names) => {
    const taken = names.filter((name) => schema.safeParse(of(name)).success);
    expect(taken).toEqual([]);
  });
});

it("H-031 none of ten thousand look-alikes of a name is another name", () => {
  const drawn: [string, readonly string[]][] = [
    ["o", ["0"]],
    ["l", ["1"]],
    ["i", ["1", "l"]],
    ["s", ["5"]],
    ["z", ["2"]],
    ["b", ["8"]],
    ["g", ["9", "q"]],
    ["m", ["rn"]],
    ["w", ["vv"]],
    ["d", ["cl"]],
  ];
  const names = new Set(["goldiblosszw"]);
  const skeleton = namespaceSkeleton("org.goldiblosszw");
  // What is added while the set is gone through is gone through too.
  for (const name of names) {
    if (names.size > 10_000) break;
    for (const [letter, others] of drawn)
      for (let at = name.indexOf(letter); at !== -1; at = name.indexOf(letter, at + 1))
        for (const other of others) names.add(name.slice(0, at) + other + name.slice(at + letter.length));
  }
  expect(names.size).toBeGreaterThan(10_000);
  const strangers = [...names].filter((name) => namespaceSkeleton(`org.${name}`) !== skeleton);
  expect(strangers).toEqual([]);
});

it("H-026 what is free is still short and can be shown: no letter of many parts, no joiner", () => {
  for (const text of ["👨\u200d👩\u200d👧", "a\u200db", `a${"\u0301".repeat(10_000)}`, "é".repeat(129)])
    expect(isPrintable(text), JSON.stringify(text.slice(0, 20))).toBe(false);
  for (const text of ["Renée", "Rene\u0301e", "山田", "👩"]) expect(isPrintable(text), text).toBe(true);
});

it.each([
  "2026-02-30T00:00:00.000Z",
  "2026-11-22T24:00:00.000Z",
  "2026-11-22T23:59:60.000Z",
  "+275760-09-13T00:00:00.001Z",
  "275761-01-01T00:00:00.000Z",
  "2026-11-22T10:00:00.000",
  "2026-11-22",
  "2026-11-22T10:00:00.000+99:99",
  "2026-11-22T10:00:00.000+00:00",
  "2026-11-22T10:00:00Z",
  "2026-11-22T10:00:00.0000Z",
  "2026-11-22t10:00:00.000z",
  " 2026-11-22T10:00:00.000Z",
  "Sun, 22 Nov 2026 10:00:00 GMT",
  "1795341600000",
  "tomorrow",
])("H-032 the time %s is none: an instant has one form and comes back as it went in", (text) => {
  expect(Instant.safeParse(text).success).toBe(false);
  expect(Instant.safeParse("2026-11-22T10:00:00.000Z").success).toBe(true);
});
