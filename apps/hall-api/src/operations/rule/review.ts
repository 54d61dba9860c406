import { z } from "zod";
import { callerOf, operation } from "../operation.ts";
import { BUNDLE_BODY_MAX_BYTES } from "./bundle-source.ts";
import { ruleInWords } from "./rule-in-words.ts";
import { findingsOf, readText, testsOf } from "./sound-bundle.ts";
import { FindingView, findingView, ProblemView, TestResultView } from "./view.ts";

const READ_MAX = 200;

/** For authors while they type: what is wrong with a bundle is the answer and never an error. */
export const review = operation({
  name: "rule.review",
  summary: "What can be said of a rule bundle before it is published: problems, findings, tests, a reading.",
  permission: "rule:read",
  input: z.strictObject({
    /** JSON as its author wrote it. */
    bundle: z.string(),
  }),
  output: z.object({
    problems: z.array(ProblemView),
    /** How many problems there are beside those. */
    more: z.int(),
    findings: z.array(FindingView),
    /** What publishing it would put in force; null where it is no bundle. */
    digest: z.string().nullable(),
    rules: z.int(),
    policies: z.int(),
    results: z.array(TestResultView),
    /** One sentence a rule, for the first 200 of them. */
    reading: z.array(z.string()),
  }),
  rest: { method: "POST", path: "/wcp/rules/review", bodyMaxBytes: BUNDLE_BODY_MAX_BYTES },
  trpc: "mutation",
  async run({ hall, input, ...context }) {
    const { tenantId } = callerOf(context);
    const read = readText(input.bundle);
    if (!read.ok) {
      const { problems, more } = read;
      const nothing = { findings: [], digest: null, rules: 0, policies: 0, results: [], reading: [] };
      return { problems: [...problems], more, ...nothing };
    }
    const { digest, bundle, program } = read.sound;
    return {
      problems: [],
      more: 0,
      findings: (await findingsOf(hall, tenantId, program)).map(findingView),
      digest,
      rules: bundle.rules.length,
      policies: bundle.policies.length,
      results: await testsOf(read.sound),
      reading: bundle.rules.slice(0, READ_MAX).map(ruleInWords),
    };
  },
});
