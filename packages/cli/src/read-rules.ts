import { documentDigest } from "@guildhall/attestation";
import { compile, type Program, readBundle } from "@guildhall/engine";
import type { RuleBundle } from "@guildhall/protocol";
import type { Io } from "./command.ts";
import { readInput } from "./read-input.ts";

/** A bundle that could be published, as far as its form goes. */
export interface Rules {
  /** As its author wrote it. */
  text: string;
  bundle: RuleBundle;
  digest: string;
  program: Program;
}

export type RulesReading = { ok: true; rules: Rules } | UnreadRules;

/** What keeps a text from being a bundle: the first problems, and how many more there are. */
export type UnreadRules = Extract<ReturnType<typeof readBundle>, { ok: false }>;

/** @param name of a file, or `-` */
export async function readRules(name: string, io: Io): Promise<RulesReading> {
  const bytes = await readInput(name, io);
  const read = readBundle(bytes);
  if (!read.ok) return read;
  const digest = documentDigest(read.bundle);
  return {
    ok: true,
    rules: {
      text: Buffer.from(bytes).toString("utf8"),
      bundle: read.bundle,
      digest,
      program: compile(read.bundle, digest),
    },
  };
}
