import { z } from "zod";
import { operation } from "../operation.ts";

export const jwks = operation({
  name: "hall.jwks",
  summary: "The public keys that grants are signed with, of every instance of this Hall.",
  permission: "public",
  input: z.strictObject({}),
  output: z.object({ keys: z.array(z.looseObject({ kid: z.string() })) }),
  rest: { method: "GET", path: "/.well-known/jwks.json" },
  async run({ hall }) {
    return (await hall.grants.jwks()) as { keys: { kid: string }[] };
  },
});
