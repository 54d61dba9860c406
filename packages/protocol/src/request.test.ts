import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RouteInput, readRouteInput } from "./request.ts";

/** Values that a field may, or must not, have; each field draws from its own list and from the odd ones. */
const odd = fc.constantFrom<unknown>(
  null,
  undefined,
  "",
  " ",
  "x".repeat(129),
  "\u0000",
  "é",
  1,
  -1,
  1.5,
  true,
  [],
  {},
  "PROD",
);
const field = (...good: unknown[]) =>
  fc.oneof({ weight: 20, arbitrary: fc.constantFrom<unknown>(...good) }, { weight: 1, arbitrary: odd });

const anyInput = fc
  .record({
    capability_id: field("cap.doc.summarize", "cap.doc.sum_up", "cap.doc.x.v1", "cap", "wrk.doc.x"),
    env: field("dev", "stage", "prod", "edge"),
    data_label: field("PUBLIC", "INTERNAL", "RESTRICTED"),
    tenant_risk: field("low", "medium", "high"),
    qos_class: field("P0", "P1", "P2", "P3"),
    tenant_id: field("tenant-1", "Zoë"),
    correlation_id: field("c-1"),
    request: field({}, { writes: true }),
    blast_radius: field(undefined, null, { data: 1 }),
    blast_score: field(undefined, null, 0, 100, 101, "85"),
    privilege_context: field(undefined, null, {}),
    dry_run: field(undefined, false, true),
    tenant_credential: field(undefined, null, "token"),
    policy_version: field(undefined, "policy.v0", "policy.v1"),
  })
  .map((input) => Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)));

describe("readRouteInput", () => {
  it("reads exactly what the schema reads, on its quick road too", () => {
    let quick = 0;
    fc.assert(
      fc.property(anyInput, (value) => {
        const read = readRouteInput(value);
        const schema = RouteInput.safeParse(value);
        expect(read.valid).toBe(schema.success);
        if (read.valid && schema.success) {
          expect(read.input).toEqual(schema.data);
          quick++;
        }
      }),
      { numRuns: 5000 },
    );
    expect(quick).toBeGreaterThan(500);
  });

  it("names the fields that WCP does not know, and reads none of them", () => {
    const known = {
      capability_id: "cap.doc.x",
      env: "dev",
      data_label: "PUBLIC",
      tenant_risk: "low",
      qos_class: "P2",
    };
    const read = readRouteInput({ ...known, tenant_id: "t", correlation_id: "c", approved: true });
    expect(read).toMatchObject({
      valid: true,
      warnings: ["approved is not a field of RouteInput and was not read"],
    });
    expect(read.valid && "approved" in read.input).toBe(false);
  });
});
