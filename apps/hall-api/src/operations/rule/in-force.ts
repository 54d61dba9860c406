import { listPublications, readActiveBundle, readOpenShadowRun } from "@guildhall/db";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { compileStored, EMPTY_BUNDLE } from "../../snapshot/load.ts";
import { callerOf, operation } from "../operation.ts";
import { ShadowRunView, shadowRunView } from "../shadow/view.ts";
import { findingsOf } from "./sound-bundle.ts";
import { FindingView, findingView, PublicationView, publicationView } from "./view.ts";

export const inForce = operation({
  name: "rule.in-force",
  summary: "The rule bundle in force, who published it, and what can be said of it.",
  permission: "rule:read",
  input: z.strictObject({}),
  output: z.object({
    /** `none` where the tenant has no rules: then every request is denied. */
    digest: z.string(),
    /** Canonical JSON; its SHA-256 is the digest. */
    bundle: z.string(),
    rules: z.int(),
    policies: z.int(),
    tests: z.int(),
    /** Null where it was put in force by whoever made the tenant. */
    publication: PublicationView.nullable(),
    findings: z.array(FindingView),
    shadow_run: ShadowRunView.nullable(),
  }),
  rest: { method: "GET", path: "/wcp/rules" },
  trpc: "query",
  async run({ hall, ...context }) {
    const caller = callerOf(context);
    const { active, newest, run } = await asCaller(hall, caller, async (tx) => ({
      active: (await readActiveBundle(tx)) ?? EMPTY_BUNDLE,
      newest: (await listPublications(tx, { before: null, limit: 1 })).publications[0],
      run: await readOpenShadowRun(tx),
    }));
    const known = (await hall.snapshots.get(caller.tenantId))?.program;
    const program = known?.digest === active.digest ? known : compileStored(active);
    const { rules, policies = [], policy_tests = [] } = JSON.parse(active.bundle) as Counted;
    return {
      digest: active.digest,
      bundle: active.bundle,
      rules: rules.length,
      policies: policies.length,
      tests: policy_tests.length,
      publication: newest?.digest === active.digest ? publicationView(newest, true) : null,
      findings: (await findingsOf(hall, caller.tenantId, program)).map(findingView),
      shadow_run: run && shadowRunView(run),
    };
  },
});

type Counted = { rules: unknown[]; policies?: unknown[]; policy_tests?: unknown[] };
