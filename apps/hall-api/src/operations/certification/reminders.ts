import { certificatesThatMatter, listReminders } from "@guildhall/db";
import { z } from "zod";
import { dueForRenewal } from "../../certification/renewals.ts";
import { asCaller } from "../../identity/authenticate.ts";
import { callerOf, operation } from "../operation.ts";

export const reminders = operation({
  name: "certification.reminders",
  summary: "The certificates that end within 30 days and were not renewed, and the notices that said so.",
  permission: "certification:read",
  input: z.strictObject({}),
  output: z.object({
    due: z.array(
      z.object({
        certificate_id: z.uuid(),
        worker_id: z.string(),
        valid_until: z.string(),
        notices: z.array(z.object({ days: z.int(), at: z.string(), receipt_id: z.uuid() })),
      }),
    ),
  }),
  rest: { method: "GET", path: "/wcp/certification-reminders" },
  trpc: "query",
  async run({ hall, ...context }) {
    const nowMs = hall.clock.now();
    const [certificates, noted] = await asCaller(
      hall,
      callerOf(context),
      async (tx) => [await certificatesThatMatter(tx, new Date(nowMs)), await listReminders(tx)] as const,
    );
    return {
      due: dueForRenewal(certificates, nowMs)
        .map(({ certificate: { id, workerId, validUntil } }) => ({
          certificate_id: id,
          worker_id: workerId,
          valid_until: validUntil.toISOString(),
          notices: noted
            .filter(({ certificateId }) => certificateId === id)
            .map(({ days, remindedAt, receiptId }) => ({
              days,
              at: remindedAt.toISOString(),
              receipt_id: receiptId,
            })),
        }))
        .sort((a, b) => (a.valid_until < b.valid_until ? -1 : 1)),
    };
  },
});
