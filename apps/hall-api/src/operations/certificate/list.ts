import { listCertificates, readCertificate } from "@guildhall/db";
import { ArtifactHash, WorkerId } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { callerOf, operation } from "../operation.ts";
import { CertificateView, viewOf } from "./view.ts";

export const list = operation({
  name: "certificate.list",
  summary:
    "The tenant's certificates, newest first: all, a worker's, or the one that a receipt names by digest.",
  permission: "certification:read",
  input: z.strictObject({ worker_id: WorkerId.optional(), digest: ArtifactHash.optional() }),
  output: z.object({ certificates: z.array(CertificateView) }),
  rest: { method: "GET", path: "/wcp/certificates" },
  trpc: "query",
  async run({ hall, input, ...context }) {
    const { worker_id: workerId, digest } = input;
    const found = await asCaller(hall, callerOf(context), async (tx) => {
      if (digest === undefined) return listCertificates(tx, workerId);
      const one = await readCertificate(tx, digest);
      return one && (workerId === undefined || one.workerId === workerId) ? [one] : [];
    });
    const nowMs = hall.clock.now();
    return { certificates: found.map((one) => viewOf(one, nowMs)) };
  },
});
