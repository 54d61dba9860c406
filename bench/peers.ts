import { createRequire } from "node:module";
import { createMongoAbility, subject } from "@casl/ability";
import { newEnforcer, newModelFromString } from "casbin";

/**
 * What others ask of N rules: may this capability run in this environment. They answer yes or no, without a worker, a
 * score, an explanation or a receipt. Each is set up as its documents advise for many calls.
 */
export interface Peer {
  name: string;
  /** Up to which N it is asked: beyond it one call takes too long to be worth the wait. */
  max: number;
  setUp(size: number): Promise<(capability: string, env: string) => boolean>;
}

const cedar = createRequire(import.meta.url)("@cedar-policy/cedar-wasm/nodejs");

export const PEERS: readonly Peer[] = [
  {
    name: "@casl/ability",
    max: 100_000,
    async setUp(size) {
      const ability = createMongoAbility(
        capabilities(size).map((name) => ({
          action: "run",
          subject: name,
          conditions: { env: { $in: ["dev", "stage"] } },
        })),
      );
      return (capability, env) => ability.can("run", subject(capability, { env }));
    },
  },
  {
    name: "casbin",
    max: 10_000,
    async setUp(size) {
      const model = newModelFromString(`
        [request_definition]
        r = cap, env
        [policy_definition]
        p = cap, env
        [policy_effect]
        e = some(where (p.eft == allow))
        [matchers]
        m = r.cap == p.cap && r.env == p.env`);
      const enforcer = await newEnforcer(model);
      await enforcer.addPolicies(
        capabilities(size).flatMap((name) => [
          [name, "dev"],
          [name, "stage"],
        ]),
      );
      return (capability, env) => enforcer.enforceSync(capability, env);
    },
  },
  {
    name: "cedar-wasm, pre-parsed",
    max: 10_000,
    async setUp(size) {
      const policies = capabilities(size).map(
        (name) =>
          `permit(principal, action == Action::"run", resource == Capability::"${name}") when { context.env == "dev" || context.env == "stage" };`,
      );
      const id = `bench-${size}`;
      const parsed = cedar.preparsePolicySet(id, { staticPolicies: policies.join("\n") });
      if (parsed.type !== "success") throw new Error(JSON.stringify(parsed).slice(0, 500));
      return (capability, env) => {
        const answer = cedar.statefulIsAuthorized({
          principal: { type: "Agent", id: "a" },
          action: { type: "Action", id: "run" },
          resource: { type: "Capability", id: capability },
          context: { env },
          preparsedPolicySetId: id,
          validateRequest: false,
          entities: [],
        });
        return answer.type === "success" && answer.response.decision === "allow";
      };
    },
  },
];

function capabilities(size: number): string[] {
  return Array.from({ length: size }, (_, n) => `cap.doc.work-${n}`);
}
