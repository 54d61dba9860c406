import { textDigest } from "@guildhall/attestation";
import {
  BundleError,
  type BundleFinding,
  type BundleProblem,
  compile,
  type Program,
  readBundle,
  reviewBundle,
  runPolicyTests,
} from "@guildhall/engine";
import { canonicalJson, HallError, type RuleBundle, type TenantId } from "@guildhall/protocol";
import type { Hall } from "../../hall.ts";
import { inSlices } from "./in-slices.ts";

export type PolicyTestResult = ReturnType<typeof runPolicyTests>[number];

/** A bundle that can be decided with, as it would be stored. */
export interface SoundBundle {
  digest: string;
  /** Canonical JSON; its SHA-256 is the digest. */
  text: string;
  bundle: RuleBundle;
  program: Program;
}

export type ReadText =
  | { ok: true; sound: SoundBundle }
  /** The first problems, and how many more there are. */
  | { ok: false; problems: readonly BundleProblem[]; more: number };

/** Reads what an author wrote. What is wrong with it is an answer. */
export function readText(written: string): ReadText {
  const read = readBundle(written);
  if (!read.ok) return { ok: false, problems: read.problems, more: read.untold };
  const { bundle } = read;
  const text = canonicalJson(bundle);
  const digest = textDigest(text);
  try {
    return { ok: true, sound: { digest, text, bundle, program: compile(bundle, digest) } };
  } catch (error) {
    if (!(error instanceof BundleError)) throw error;
    return { ok: false, problems: error.problems, more: 0 };
  }
}

/** @throws HallError BUNDLE_INVALID */
export function requireSound(written: string): SoundBundle {
  const read = readText(written);
  if (read.ok) return read.sound;
  const { problems, more } = read;
  throw new HallError("BUNDLE_INVALID", { detail: { problems, more } });
}

/** What can be said of it with the workers and profiles that the tenant has now. */
export async function findingsOf(hall: Hall, tenantId: TenantId, program: Program): Promise<BundleFinding[]> {
  const snapshot = await hall.snapshots.get(tenantId);
  return reviewBundle(program, snapshot?.engine ?? { workers: new Map(), profiles: new Map() });
}

/** Runs the bundle's own tests of its policies. */
export async function testsOf({ bundle, program }: SoundBundle): Promise<PolicyTestResult[]> {
  const parts = await inSlices(bundle.policy_tests, (some) =>
    Array.from(some, (test) => runPolicyTests(program.policies, [test])),
  );
  return parts.flat(2);
}
