import { readAgreementVersion } from "@guildhall/db";
import { ArtifactHash, HallError } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { callerOf, operation } from "../operation.ts";
import { AgreementVersionView, versionView } from "./view.ts";

export const getVersion = operation({
  name: "agreement.get-version",
  summary: "The version of an agreement that a receipt names by its document's digest.",
  permission: "agreement:read",
  input: z.strictObject({ digest: ArtifactHash }),
  output: AgreementVersionView,
  rest: { method: "GET", path: "/wcp/agreements/versions/:digest" },
  async run({ hall, input, ...context }) {
    const found = await asCaller(hall, callerOf(context), (tx) => readAgreementVersion(tx, input.digest));
    if (!found) throw new HallError("NOT_FOUND");
    return versionView(found);
  },
});
