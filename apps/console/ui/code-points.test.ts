import { describe, expect, it } from "vitest";
import { revealHidden } from "./code-points.ts";

const shown = (text: string, keepsLines = false) =>
  revealHidden(text, keepsLines)
    .map((run) => (run.hidden ? `[${run.hidden.codePoint}]` : run.text))
    .join("");

describe("revealHidden", () => {
  it("leaves ordinary text alone, in any script", () => {
    for (const text of ["Résumé “façon” 要約 — ok", "العربية", "naïve 100 % ✓ 🙂", ""])
      expect(shown(text)).toBe(text);
  });

  it("shows what turns text around", () => {
    expect(shown("invoice\u202Etxt.exe")).toBe("invoice[U+202E]txt.exe");
    for (const bidi of "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
      expect(revealHidden(bidi)[0]?.hidden).toBeDefined();
  });

  it("shows controls, zero-width characters, separators and fillers", () => {
    expect(shown("a\u0000b\u0007c\u001b[31m\u007f\u0085")).toBe(
      "a[U+0000]b[U+0007]c[U+001B][31m[U+007F][U+0085]",
    );
    expect(shown("a\u200bb\u200dc\ufeffd\u00ade")).toBe("a[U+200B]b[U+200D]c[U+FEFF]d[U+00AD]e");
    expect(shown("a\u2028b\u2029c\u3164d\u115fe")).toBe("a[U+2028]b[U+2029]c[U+3164]d[U+115F]e");
  });

  it("shows tags and selectors that can carry hidden text, halves of characters, and noncharacters", () => {
    expect(shown("hi\u{e0041}\u{e0042}")).toBe("hi[U+E0041][U+E0042]");
    expect(shown("x\u{e0101}")).toBe("x[U+E0101]");
    expect(shown("x\ud800y\uffff")).toBe("x[U+D800]y[U+FFFF]");
  });

  it("keeps line ends only where lines are drawn", () => {
    expect(shown("a\nb\r\n")).toBe("a[U+000A]b[U+000D][U+000A]");
    expect(shown("a\nb\r\n", true)).toBe("a\nb[U+000D]\n");
  });

  it("names what has a name", () => {
    expect(revealHidden("\u202e")).toEqual([
      { text: "\u202e", hidden: { codePoint: "U+202E", name: "right-to-left override" } },
    ]);
  });
});
