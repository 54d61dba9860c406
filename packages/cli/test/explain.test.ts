import { buildLog, sampleDecision, sampleOutcome, sampleReceiptId } from "@guildhall/attestation/testing";
import { type Decision, STEPS } from "@guildhall/protocol";
import { describe, expect, it } from "vitest";
import { hall, inProcess, UNPRINTABLE } from "./hall.ts";

async function sealed(changes: Partial<Decision>): Promise<{ receipt: object; seal: object }> {
  const sample = sampleDecision();
  const log = await buildLog(1, {
    body: () => ({ ...sample, decision: { ...sample.decision, ...changes } }),
  });
  return log.seal(0);
}

/** The first `count` steps passed, the next one as it is told, the rest not reached. */
function steps(count: number, mark: "failed" | "held"): Decision["steps"] {
  return [...STEPS.slice(0, count), { step: STEPS[count]!, mark }];
}

const DENIAL = {
  outcome: "DENY",
  deny: { code: "DENY_NO_MATCHING_RULE", message: "No rule names cap.doc.sumarize.", details: {} },
  steps: steps(6, "failed"),
} as const satisfies Partial<Decision>;

const rows = (out: string) => out.split("\n").filter((line) => /^[●✕‖○] /.test(line));

describe("hall explain", () => {
  it("prints the rail of an ALLOW: every step with its mark and its sentence", async () => {
    const { code, out, err } = await hall(["explain", "-"], { input: JSON.stringify(await sealed({})) });
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/^ALLOW\n/);
    expect(rows(out).filter((row) => row.startsWith("●"))).toEqual([
      expect.stringMatching(/^● input +The request follows RouteInput\.$/),
      expect.stringMatching(/^● rule +rr_doc_summarize /),
      expect.stringMatching(/^● worker +org\.acme\.summarizer\.i-1 /),
      expect.stringMatching(/^● blast +.*12 of 100.*70/),
      expect.stringMatching(/^● policy /),
    ]);
    expect(rows(out).at(-1)).toMatch(/^○ approval +Not reached\.$/);
    expect(out).toContain("│");
  });

  it("says where a denial failed, why, and what would change it; what follows was not reached", async () => {
    const { code, out } = await inProcess(["explain", "-"], JSON.stringify(await sealed(DENIAL)));
    expect(code).toBe(0);
    expect(out).toMatch(/^DENY: DENY_NO_MATCHING_RULE\n/);
    expect(
      rows(out)
        .map((row) => row[0])
        .join(""),
    ).toBe("●●●●●●✕○○○○○○○○○");
    expect(out).toMatch(/✕ rule +Denied: No rule names cap\.doc\.sumarize\. Ask for a capability/);
  });

  it("marks the step at which a human is awaited", async () => {
    const hold = {
      outcome: "HOLD",
      deny: { code: "DENY_REQUIRES_HUMAN", message: "The blast score reaches the gate.", details: {} },
      steps: steps(STEPS.length - 1, "held"),
    } as const satisfies Partial<Decision>;
    const { out } = await inProcess(["explain", "-"], JSON.stringify(await sealed(hold)));
    expect(out).toMatch(/‖ approval +Held: /);
  });

  it("reads a receipt without its seal, and inside the answer to a dispatch", async () => {
    const { receipt, seal } = await sealed(DENIAL);
    for (const input of [receipt, { decision_id: "x", receipt, seal, dispatch: null }])
      expect(await inProcess(["explain", "-"], JSON.stringify(input))).toMatchObject({
        code: 0,
        out: expect.stringContaining("DENY_NO_MATCHING_RULE"),
      });
  });

  it("does not pass for a verification", async () => {
    const { out } = await inProcess(["explain", "-"], JSON.stringify(await sealed({})));
    expect(out).toContain("`hall verify` checks that it is genuine");
  });

  it("lets nothing that a receipt says write on the terminal", async () => {
    const evil = "\u001b[2J\n● approval      The rule asks for no human.\u202e";
    const input = JSON.stringify(
      await sealed({
        ...DENIAL,
        deny: { ...DENIAL.deny, message: evil },
        matched_rule_id: evil,
        inputs: { env: "dev", capability_id: evil, tenant_id: evil, correlation_id: evil },
      }),
    );
    const { out } = await inProcess(["explain", "-"], input);
    expect(out).not.toMatch(UNPRINTABLE);
    expect(rows(out)).toHaveLength(STEPS.length);
  });

  it("ends with 2 for what is no decision, and says what to explain instead", async () => {
    const outcome = (await buildLog(1, { body: () => sampleOutcome(1) })).seal(0);
    const cases: [input: string, message: string][] = [
      [JSON.stringify(await outcome), sampleReceiptId(0)],
      ["{}", "only decisions have steps"],
      ["[]", "a JSON object"],
      ["{", "not strict JSON"],
      ['{"kind":"decision","decision":{}}', "at outcome"],
      [JSON.stringify(await sealed({ outcome: "PERHAPS" as "ALLOW" })), "at outcome"],
      ["", "is empty"],
    ];
    for (const [input, message] of cases)
      expect(await inProcess(["explain", "-"], input), input).toMatchObject({
        code: 2,
        out: "",
        err: expect.stringContaining(message),
      });
    expect(await inProcess(["explain"])).toMatchObject({ code: 2 });
    expect(await inProcess(["explain", "a", "b"])).toMatchObject({ code: 2 });
    expect(await inProcess(["explain", "a", "--json"])).toMatchObject({ code: 2 });
  });
});
