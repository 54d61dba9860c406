import { findDispatch } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { callerOf, operation } from "../operation.ts";
import { DispatchView, dispatchView, readOutcome } from "./view.ts";

export const getDispatch = operation({
  name: "dispatch.get",
  summary: "How a dispatch stands, with its result and its closing receipt once it has ended.",
  permission: "dispatch:read",
  input: z.strictObject({ id: z.uuid() }),
  output: DispatchView,
  rest: { method: "GET", path: "/wcp/dispatches/:id" },
  async run({ hall, input, ...context }) {
    const found = await asCaller(hall, callerOf(context), async (tx) => {
      const dispatch = await findDispatch(tx, input.id);
      return dispatch && { dispatch, outcome: await readOutcome(tx, dispatch) };
    });
    if (!found) throw new HallError("NOT_FOUND");
    return dispatchView(hall, found.dispatch, found.outcome);
  },
});
