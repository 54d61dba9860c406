import { readdirSync, readFileSync } from "node:fs";
import { DENY_CODES } from "@guildhall/protocol";
import { describe, expect, it } from "vitest";
import { decide } from "../src/index.ts";
import { vectors } from "./vector.ts";

const SRC = new URL("../src/", import.meta.url);

/** Every code that stands in the engine's source: what it can answer with. */
function producible(): string[] {
  const codes = new Set<string>();
  for (const file of readdirSync(SRC)) {
    if (file.endsWith(".test.ts")) continue;
    for (const [code] of readFileSync(new URL(file, SRC), "utf8").matchAll(/\bDENY_(?!CODES\b)[A-Z_]+\b/g))
      codes.add(code);
  }
  return [...codes].sort();
}

function covered(): string[] {
  const codes = new Set<string>();
  for (const { program, snapshot, request, nowMs } of vectors().flatMap((vector) => vector.trials)) {
    const { deny } = decide(program, snapshot, request, nowMs);
    if (deny !== null) codes.add(deny.code);
  }
  return [...codes].sort();
}

describe("deny codes", () => {
  it("that the engine can produce are each produced by a vector", () => {
    expect(covered()).toEqual(producible());
  });

  it("that the engine can produce are these", () => {
    expect(producible()).toMatchInlineSnapshot(`
      [
        "DENY_AGREEMENT_NOT_IN_FORCE",
        "DENY_AGREEMENT_REQUIRED",
        "DENY_AGREEMENT_TERMS",
        "DENY_ATTESTATION_UNCONFIGURED",
        "DENY_BLAST_LIMIT",
        "DENY_CATALOG_VERSION",
        "DENY_CERTIFICATION_EXPIRED",
        "DENY_CERTIFICATION_REQUIRED",
        "DENY_CERTIFICATION_REVOKED",
        "DENY_CERTIFICATION_SCOPE",
        "DENY_ENVIRONMENT_NOT_ALLOWED",
        "DENY_INTERNAL_ERROR",
        "DENY_INVALID_INPUT",
        "DENY_KEY_SCOPE",
        "DENY_MISSING_CORRELATION_ID",
        "DENY_MISSING_REQUIRED_CONTROLS",
        "DENY_MISSING_TENANT_ID",
        "DENY_NO_AVAILABLE_WORKER",
        "DENY_NO_MATCHING_RULE",
        "DENY_POLICY_ERROR",
        "DENY_POLICY_GATE",
        "DENY_POLICY_GATE_UNCONFIGURED",
        "DENY_PRIVILEGE_ENVELOPE_UNCONFIGURED",
        "DENY_PRIVILEGE_ENVELOPE_VIOLATED",
        "DENY_PROFILE_UNCONFIGURED",
        "DENY_QUOTA",
        "DENY_REQUIRES_HUMAN",
        "DENY_REQUIRES_HUMAN_APPROVAL",
        "DENY_SHADOW_RULES_DETECTED",
        "DENY_SNAPSHOT_STALE",
        "DENY_STANDING",
        "DENY_TENANT_SUSPENDED",
        "DENY_UNKNOWN_TENANT",
        "DENY_WORKER_ATTESTATION_INVALID_HASH",
        "DENY_WORKER_ATTESTATION_MISSING",
        "DENY_WORKER_BANNED",
        "DENY_WORKER_HASH_UNAVAILABLE",
        "DENY_WORKER_TAMPERED",
      ]
    `);
  });

  it("are all in the one table", () => {
    expect(producible().filter((code) => !(code in DENY_CODES))).toEqual([]);
  });
});
