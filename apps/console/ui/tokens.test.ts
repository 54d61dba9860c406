import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

/** Every token as it is written in tokens.css: light, then dark. */
const css = readFileSync(new URL("./tokens.css", import.meta.url), "utf8");
const COLOUR = String.raw`oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)`;
const tokens = new Map(
  [...css.matchAll(new RegExp(String.raw`--([a-z-]+): light-dark\(${COLOUR}, ${COLOUR}\)`, "g"))].map(
    ([, name, ...numbers]) => [
      name!,
      { light: numbers.slice(0, 3).map(Number), dark: numbers.slice(3).map(Number) },
    ],
  ),
);
const THEMES = ["light", "dark"] as const;

const GROUNDS = ["paper", "sheet", "wash", "deny-wash", "hold-wash"];
/** WCAG 2.2 AA: 4.5 for text, 3 for shapes that carry a meaning and for what bounds a control. */
const PAIRS: [front: string, grounds: string[], atLeast: number][] = [
  ["ink", GROUNDS, 4.5],
  ["quiet", GROUNDS, 4.5],
  ["accent", GROUNDS, 4.5],
  ["deny", GROUNDS, 4.5],
  ["prod", ["paper", "sheet", "wash"], 4.5],
  ["on-accent", ["accent"], 4.5],
  ["allow", GROUNDS, 3],
  ["hold", GROUNDS, 3],
  ["stale", GROUNDS, 3],
  ["dead", GROUNDS, 3],
  ["edge", GROUNDS, 3],
];

describe("the colours", () => {
  it("are all in tokens.css, for both themes", () => {
    expect([...tokens.keys()].sort()).toEqual(
      ["line", ...new Set(PAIRS.flatMap(([front, grounds]) => [front, ...grounds]))].sort(),
    );
  });

  for (const theme of THEMES)
    for (const [front, grounds, atLeast] of PAIRS)
      it.each(grounds)(`${front} on %s reaches ${atLeast} in the ${theme} theme`, (ground) => {
        expect(contrast(colour(front, theme), colour(ground, theme))).toBeGreaterThanOrEqual(atLeast);
      });

  it("are measured as WCAG measures them", () => {
    expect(contrast([1, 0, 0], [0, 0, 0])).toBeCloseTo(21, 1);
    // #767676 on white is the textbook's last grey that passes.
    expect(contrast([0.5676, 0, 0], [1, 0, 0])).toBeCloseTo(4.54, 1);
  });
});

function colour(name: string, theme: (typeof THEMES)[number]): number[] {
  const token = tokens.get(name);
  if (!token) throw new Error(`no token ${name}`);
  return token[theme];
}

function contrast(front: number[], ground: number[]): number {
  const [dark, light] = [luminance(front), luminance(ground)].sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** Relative luminance of an OKLCH colour, clipped to sRGB as browsers show it (Ottosson's matrices). */
function luminance([lightness, chroma, hue]: number[]): number {
  const radians = (hue! * Math.PI) / 180;
  const a = chroma! * Math.cos(radians);
  const b = chroma! * Math.sin(radians);
  const l = (lightness! + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness! - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness! - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const [red, green, blue] = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ].map((value) => Math.min(1, Math.max(0, value)));
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}
