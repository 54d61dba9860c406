import { listPublications as listStored, readActiveDigest, type TenantTx } from "@guildhall/db";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { callerOf, operation } from "../operation.ts";
import { PublicationView, publicationView } from "./view.ts";

export const listPublications = operation({
  name: "rule.list-publications",
  summary: "Every time that rules were put in force, newest first, a page at a time.",
  permission: "rule:read",
  input: z.strictObject({
    /** `next` of the page before. */
    before: z.coerce.number().int().min(1).optional(),
    limit: z.coerce.number().int().min(1).max(100).default(50),
  }),
  output: z.object({ publications: z.array(PublicationView), next: z.int().nullable() }),
  rest: { method: "GET", path: "/wcp/rules/publications" },
  trpc: "query",
  async run({ hall, input, ...context }) {
    return asCaller(hall, callerOf(context), async (tx) => {
      const page = await listStored(tx, { before: input.before ?? null, limit: input.limit });
      const inForce = await numberInForce(tx);
      return {
        publications: page.publications.map((one) => publicationView(one, one.number === inForce)),
        next: page.next,
      };
    });
  },
});

/** Which publication is in force: the newest, unless the bundle was put in force without one since. */
export async function numberInForce(tx: TenantTx): Promise<number | null> {
  const [newest] = (await listStored(tx, { before: null, limit: 1 })).publications;
  return newest && newest.digest === (await readActiveDigest(tx)) ? newest.number : null;
}
