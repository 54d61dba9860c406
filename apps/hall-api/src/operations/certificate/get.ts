import { findCertificate } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { callerOf, operation } from "../operation.ts";
import { CertificateView, viewOf } from "./view.ts";

export const get = operation({
  name: "certificate.get",
  summary: "One certificate of a worker, with its text in PEM.",
  permission: "certification:read",
  input: z.strictObject({ id: z.uuid() }),
  output: CertificateView,
  rest: { method: "GET", path: "/wcp/certificates/:id" },
  trpc: "query",
  async run({ hall, input, ...context }) {
    const found = await asCaller(hall, callerOf(context), (tx) => findCertificate(tx, input.id));
    if (!found) throw new HallError("NOT_FOUND");
    return viewOf(found, hall.clock.now());
  },
});
