import { readBundle, readPublication } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { callerOf, operation } from "../operation.ts";
import { numberInForce } from "./list-publications.ts";
import { PublicationView, publicationView } from "./view.ts";

export const getPublication = operation({
  name: "rule.get-publication",
  summary: "One publication, with its bundle and the one that it replaced.",
  permission: "rule:read",
  input: z.strictObject({ number: z.coerce.number().int().min(1) }),
  output: z.object({
    publication: PublicationView,
    bundle: z.string(),
    /** Null for the first. */
    previous_bundle: z.string().nullable(),
  }),
  rest: { method: "GET", path: "/wcp/rules/publications/:number" },
  trpc: "query",
  async run({ hall, input, ...context }) {
    return asCaller(hall, callerOf(context), async (tx) => {
      const stored = await readPublication(tx, input.number);
      const bundle = stored && (await readBundle(tx, stored.digest));
      if (!bundle) throw new HallError("NOT_FOUND");
      const { previousDigest } = stored;
      const previous = previousDigest === null ? null : await readBundle(tx, previousDigest);
      return {
        publication: publicationView(stored, stored.number === (await numberInForce(tx))),
        bundle: bundle.bundle,
        previous_bundle: previous?.bundle ?? null,
      };
    });
  },
});
