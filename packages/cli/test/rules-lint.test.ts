import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HOSTILE, hall, inProcess, UNPRINTABLE } from "./hall.ts";
import { bundleText, SUMMARIZER, TRANSLATOR, withShadowedRule } from "./rules.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hall-lint-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const lint = (text: string, ...options: string[]) => inProcess(["rules", "lint", "-", ...options], text);

describe("hall rules lint", () => {
  it("says that a clean bundle is clean, how large it is and its digest; exit code 0", async () => {
    const path = await file("bundle.json", bundleText());
    const { code, out, err } = await hall(["rules", "lint", path]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/^Clean\.\n2 rules, 1 policy, 2 tests; sha256:[0-9a-f]{64}\.\n/);
    expect(out).toContain("give --workers");
  });

  it("names each problem with its rule, its place and what should stand there; exit code 1", async () => {
    const text = bundleText((bundle) => {
      bundle.rules[0]!.match = { env: { in: ["moon"] }, colour: "red" };
      bundle.policies![0]!.when = "request.colour ==";
    });
    const { code, out } = await lint(text);
    expect(code).toBe(1);
    expect(out).toMatch(/^✕ rr_summarize +match\.env\.in\[0\]: expected one of dev, stage, prod, edge/m);
    expect(out).toMatch(/^✕ rr_summarize +match\.colour: expected /m);
    expect(out).toMatch(/^✕ pol\.night +when: expected a/m);
    expect(out).toMatch(/^Not a rule bundle: 3 problems\.$/m);
  });

  it.each([
    ["no JSON", "{", "bundle"],
    ["a list", "[]", "bundle"],
    ["an unknown list", '{"rules":[],"rulez":[]}', "bundle"],
    ["a key twice", '{"rules":[],"rules":[]}', "bundle"],
    ["text", "rules: all", "bundle"],
  ])("of what is no bundle at all says where it goes wrong: %s", async (_, text, name) => {
    const { code, out } = await lint(text);
    expect(code).toBe(1);
    expect(out).toMatch(new RegExp(`^✕ ${name} +.*expected .+\\.$`, "m"));
  });

  it("tells the first of many problems and counts the rest", async () => {
    const rules = Array.from({ length: 80 }, (_, at) => ({ rule_id: `r-${at}`, match: {}, decision: 7 }));
    const { out } = await lint(JSON.stringify({ rules }));
    expect(out.split("\n").filter((line) => line.startsWith("✕"))).toHaveLength(50);
    expect(out).toMatch(/^ {2}and 30 more\.$/m);
    expect(out).toContain("80 problems");
  });

  it("of policies that together take too long names the slowest; exit code 1", async () => {
    const when = `worker.controls.exists(a, ${Array(8).fill("a == request.env").join(" || ")})`;
    const text = bundleText((bundle) => {
      for (let at = 0; at < 400; at++)
        bundle.policies!.push({ policy_id: `pol.slow.n${at}`, when, effect: "DENY", reason: "Slow." });
    });
    expect(await lint(text)).toMatchObject({
      code: 1,
      out: expect.stringMatching(
        /^✕ pol\.slow\.n\d+ +when: .*all policies together \d+[^\n]*\n\n.*1 problem\./,
      ),
    });
  });

  it("tells a rule that can never match as an error, with what to do; exit code 1", async () => {
    const { code, out } = await lint(bundleText(withShadowedRule));
    expect(code).toBe(1);
    expect(out).toMatch(/^1 error\n✕ rr_late +rr_late has the same match as rr_summarize/m);
    expect(out).toMatch(/^ +Remove one of the two/m);
    expect(out).toContain("A Hall would refuse it: 1 rule can never match.");
  });

  it("tells errors before warnings before notes", async () => {
    const { out } = await lint(
      bundleText((bundle) => {
        bundle.rules[1]!.decision = {
          candidate_workers_ranked: [],
          escalation: { policy_gate: true },
        };
        bundle.rules.push({
          rule_id: "rr_wide",
          match: { env: "prod" },
          decision: { candidate_workers_ranked: [{ worker_species_id: "wrk.any.one" }] },
        });
        withShadowedRule(bundle);
      }),
    );
    expect(out).toMatch(/1 error\n[\s\S]*2 warnings\n[\s\S]*notes?\n/);
    expect(out).toMatch(/^‖ rr_translate +rr_translate sets escalation\.policy_gate/m);
    expect(out).toMatch(/^‖ rr_translate +rr_translate names no candidate/m);
    expect(out).toMatch(/^○ .* overlap and decide differently/m);
  });

  it("with warnings and notes alone ends with 0", async () => {
    const gated = bundleText((bundle) => {
      (bundle.rules[0]!.decision as { escalation: object }).escalation = { policy_gate: true };
    });
    const { code, out } = await lint(gated);
    expect(code).toBe(0);
    expect(out).toContain("1 warning");
    expect(out).toContain("Nothing that a Hall would refuse.");
  });
});

describe("--workers", () => {
  it("holds the rules against a fleet; without it nothing is said about workers", async () => {
    const fleet = await file("one.json", JSON.stringify([SUMMARIZER]));
    const { code, out } = await lint(bundleText(), "--workers", fleet);
    expect(code).toBe(0);
    expect(out).toMatch(/^‖ rr_translate +No worker is enrolled of wrk\.doc\.translator/m);
    expect(out).not.toContain("give --workers");
    expect((await lint(bundleText())).out).toMatch(/^Clean\./);
    const both = await file("both.json", JSON.stringify([SUMMARIZER, TRANSLATOR]));
    expect((await lint(bundleText(), "--workers", both)).out).toMatch(/^Clean\./);
  });

  it("says what no worker implements and what none serves", async () => {
    const fleet = await file(
      "weak.json",
      JSON.stringify([
        { ...SUMMARIZER, currently_implements: [] },
        { ...TRANSLATOR, capabilities: ["cap.x.y"] },
      ]),
    );
    const { out } = await lint(bundleText(), "--workers", fleet);
    expect(out).toMatch(/rr_summarize requires ctrl\.obs\.audit-log-append-only, which no worker/);
    expect(out).toMatch(/rr_translate names cap\.doc\.translate, which no enrolled worker serves/);
  });

  it.each([
    ["no list", "{}", /expected a list of registry records/],
    ["no records", "[{}]", /at \[0\]\.worker_id/],
    ["no JSON", "[", /not strict JSON/],
  ])("of what holds %s says so; exit code 2", async (_, content, message) => {
    const fleet = await file("bad.json", content);
    expect(await lint(bundleText(), "--workers", fleet)).toMatchObject({
      code: 2,
      out: "",
      err: expect.stringMatching(message),
    });
  });
});

describe("--profiles", () => {
  const asking = (profile: string) =>
    bundleText((bundle) => {
      (bundle.rules[0]!.decision as { [key: string]: unknown }).recommended_profiles = [
        { profile_id: profile, score: 1 },
      ];
    });

  it("tells a profile that nobody holds, once it is known which ones there are", async () => {
    const own = await file("own.json", JSON.stringify([{ profile_id: "prof.our.own", name: "Ours" }]));
    expect((await lint(asking("prof.nobody.has"))).out).toMatch(/^Clean\./);
    expect((await lint(asking("prof.our.own"), "--profiles", own)).out).toMatch(/^Clean\./);
    expect((await lint(asking("prof.nobody.has"), "--profiles", own)).out).toMatch(
      /^‖ rr_summarize +rr_summarize asks for prof\.nobody\.has, which this tenant does not hold/m,
    );
  });

  it("that are none end with 2", async () => {
    const bad = await file("bad-profiles.json", '[{"profile_id":"prof.x.y"}]');
    expect(await lint(bundleText(), "--profiles", bad)).toMatchObject({
      code: 2,
      err: expect.stringContaining("[0].name"),
    });
  });
});

describe("--json", () => {
  it("tells programs the same, in ASCII, with the same exit codes", async () => {
    const clean = await lint(bundleText(), "--json");
    expect(clean.code).toBe(0);
    expect(JSON.parse(clean.out)).toEqual({
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      rules: 2,
      policies: 1,
      tests: 2,
      problems: [],
      more: 0,
      findings: [],
    });
    const shadowed = await lint(bundleText(withShadowedRule), "--json");
    expect(shadowed.code).toBe(1);
    expect(JSON.parse(shadowed.out).findings).toMatchObject([
      { kind: "duplicate", severity: "error", rule_id: "rr_late", others: ["rr_summarize"] },
    ]);
    const wrong = await lint('{"rules":[{"rule_id":"é","match":{},"decision":1}]}', "--json");
    expect(wrong.code).toBe(1);
    expect(wrong.out).toMatch(/^[\n\x20-\x7e]+$/);
    expect(JSON.parse(wrong.out).problems).toMatchObject([{ rule_id: "é", path: "decision" }]);
  });
});

describe("what a bundle says", () => {
  it("cannot write on the terminal", async () => {
    const hostile = [
      JSON.stringify({ rules: [{ rule_id: "r", match: { [HOSTILE]: HOSTILE }, decision: {} }] }),
      JSON.stringify({ rules: [{ rule_id: HOSTILE, match: {}, decision: {} }], [HOSTILE]: 1 }),
      bundleText((bundle) => {
        bundle.policies![0]!.when = `"${HOSTILE.replaceAll("\n", "\\n")}" == 1`;
      }),
      `{"rules":[{"rule_id":"\u001b[31m"`,
    ];
    for (const text of hostile) {
      const { code, out, err } = await lint(text);
      expect(code).toBe(1);
      expect(out + err).not.toMatch(UNPRINTABLE);
      expect(out.split("\n").filter((line) => line.startsWith("●"))).toEqual([]);
    }
  });
});

describe("exit code 2", () => {
  it.each([
    ["no bundle", ["rules", "lint"], /Expected one rule bundle/],
    ["two bundles", ["rules", "lint", "-", "-"], /Expected one rule bundle/],
    ["no such file", ["rules", "lint", "/nowhere/x"], /no such file/],
    ["nothing in it", ["rules", "lint", "-"], /is empty/],
    ["an unknown option", ["rules", "lint", "-", "--fix"], /--fix/],
    ["no such list of workers", ["rules", "lint", "-", "--workers", "/nowhere/x"], /no such file/],
  ])("%s", async (_, args, message) => {
    expect(await inProcess(args)).toMatchObject({ code: 2, out: "", err: expect.stringMatching(message) });
  });
});
