import { describe, expect, it } from "vitest";
import { HOSTILE, hall, inProcess, UNPRINTABLE } from "./hall.ts";
import { bundleText } from "./rules.ts";

const test = (text: string, ...options: string[]) => inProcess(["rules", "test", "-", ...options], text);

const untestedPolicy = bundleText((bundle) => {
  bundle.policies!.push({ policy_id: "pol.idle", when: "request.dry_run", effect: "ALLOW", reason: "Idle." });
});

describe("hall rules test", () => {
  it("prints each test with its mark; exit code 0 where all pass", async () => {
    const { code, out, err } = await hall(["rules", "test", "-"], { input: bundleText() });
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/^● restricted data is refused.*DENY by pol\.night$/m);
    expect(out).toMatch(/^● all else is not spoken of.*NONE$/m);
    expect(out).toMatch(/^2 tests passed\.$/m);
  });

  it("says of a failing test what was expected and what came; exit code 1", async () => {
    const text = bundleText((bundle) => {
      bundle.policy_tests![0]!.expect = { effect: "ALLOW" };
    });
    const { code, out } = await test(text);
    expect(code).toBe(1);
    expect(out).toMatch(
      /^✕ restricted data is refused.*\n +expected {2}ALLOW\n +got {7}DENY by pol\.night$/m,
    );
    expect(out).toMatch(/^● all else/m);
    expect(out).toMatch(/^1 of 2 tests failed\.$/m);
  });

  it("names policies that no test asks; exit code 1, or 0 with --allow-untested", async () => {
    const { code, out } = await test(untestedPolicy);
    expect(code).toBe(1);
    expect(out).toMatch(/^○ pol\.idle +has no test\.$/m);
    expect(out).toMatch(/^2 tests passed; 1 policy has no test\.$/m);
    const allowed = await test(untestedPolicy, "--allow-untested");
    expect(allowed).toEqual({ code: 0, out, err: "" });
  });

  it("counts a policy as tested where it speaks in a test that does not name it", async () => {
    const text = bundleText((bundle) => {
      bundle.policies!.push({ policy_id: "pol.also", when: "true", effect: "ALLOW", reason: "Always." });
      bundle.policy_tests![1]!.expect = { effect: "ALLOW" };
    });
    expect(await test(text)).toMatchObject({ code: 0, out: expect.not.stringContaining("no test") });
  });

  it("--allow-untested excuses no failing test", async () => {
    const text = untestedPolicy.replace('"NONE"', '"DENY"');
    expect(await test(text, "--allow-untested")).toMatchObject({ code: 1 });
  });

  it("of a bundle without policies passes", async () => {
    expect(await test('{"rules":[]}')).toEqual({ code: 0, out: "0 tests passed.\n", err: "" });
  });

  it("of what is no bundle says what is wrong; exit code 1", async () => {
    expect(await test('{"rules":7}')).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^✕ bundle +rules: expected a list/),
    });
  });

  it("tells programs the same with --json", async () => {
    const { code, out } = await test(untestedPolicy, "--json");
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      results: [{ name: "restricted data is refused", passed: true }, { passed: true }],
      untested: ["pol.idle"],
    });
    expect(JSON.parse((await test("{}", "--json")).out)).toMatchObject({ problems: [{ path: "rules" }] });
  });

  it("lets nothing that a bundle says write on the terminal", async () => {
    const text = bundleText((bundle) => {
      bundle.policy_tests![0]!.name = HOSTILE;
      bundle.policy_tests![0]!.given = { request: { [HOSTILE]: HOSTILE } };
    });
    const { code, out, err } = await test(text);
    expect(code).toBe(1);
    expect(out + err).not.toMatch(UNPRINTABLE);
    expect(out).not.toMatch(/^● rule/m);
  });

  it("ends with 2 where the command is wrong", async () => {
    expect(await inProcess(["rules", "test"])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/bundle/),
    });
    expect(await inProcess(["rules", "test", "/nowhere/x"])).toMatchObject({ code: 2 });
    expect(await inProcess(["rules", "test", "-", "--verbose"])).toMatchObject({ code: 2 });
  });
});
