import { randomUUID } from "node:crypto";
import { createDraft, readActiveBundle, type StoredBundle } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { actorName } from "../../identity/caller.ts";
import { callerOf, operation } from "../operation.ts";
import { BUNDLE_BODY_MAX_BYTES } from "../rule/bundle-source.ts";
import { CONTENT_MAX_BYTES, DraftContent, DraftName, DraftView, draftView } from "./view.ts";

/** Drafts decide nothing, so they leave no receipt: what is published from one does. */
export const create = operation({
  name: "draft.create",
  summary: "Begin a draft of a rule bundle, from the bundle in force unless its text is given.",
  permission: "rule:draft",
  input: z.strictObject({ name: DraftName, content: DraftContent.optional() }),
  output: DraftView,
  rest: { method: "POST", path: "/wcp/rules/drafts", status: 201, bodyMaxBytes: BUNDLE_BODY_MAX_BYTES },
  trpc: "mutation",
  async run({ hall, input, ...context }) {
    const caller = callerOf(context);
    const draft = await asCaller(hall, caller, async (tx) => {
      const active = await readActiveBundle(tx);
      return createDraft(tx, caller.tenantId, {
        id: randomUUID(),
        name: input.name,
        content: input.content ?? legible(active),
        baseDigest: active?.digest ?? null,
        createdBy: actorName(caller),
        createdAt: new Date(hall.clock.now()),
      });
    });
    return draftView(draft);
  },
});

/** The bundle in force as somebody would want to edit it. A large one is left in one line. */
function legible(active: StoredBundle | null): string {
  const text = active?.bundle ?? '{"rules":[]}';
  const pretty = JSON.stringify(JSON.parse(text), null, 2);
  const fits = [pretty, text].find((one) => Buffer.byteLength(one) <= CONTENT_MAX_BYTES);
  if (fits !== undefined) return fits;
  throw new HallError("INVALID_REQUEST", {
    detail: {
      problems: [{ path: "content", expected: "given here: the bundle in force is too large for a draft" }],
    },
  });
}
