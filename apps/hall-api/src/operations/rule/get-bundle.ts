import { readBundle } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { callerOf, operation } from "../operation.ts";
import { BundleDigest } from "./view.ts";

export const getBundle = operation({
  name: "rule.get-bundle",
  summary: "A rule bundle by the digest that receipts name, as long as a receipt may name it.",
  permission: "rule:read",
  input: z.strictObject({ digest: BundleDigest }),
  output: z.object({ digest: z.string(), bundle: z.string() }),
  rest: { method: "GET", path: "/wcp/rules/bundles/:digest" },
  async run({ hall, input, ...context }) {
    const stored = await asCaller(hall, callerOf(context), (tx) => readBundle(tx, input.digest));
    if (!stored) throw new HallError("NOT_FOUND");
    return stored;
  },
});
