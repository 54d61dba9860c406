import { z } from "zod";
import { HallKeysView, readHallKeys } from "../keyring/hall-keys-view.ts";
import { operation } from "../operation.ts";

export const keys = operation({
  name: "hall.keys",
  summary:
    "The Hall's public keys by role, and the sealed entries that lead from each key of the log to the next: what whoever pinned an old key follows.",
  permission: "public",
  input: z.strictObject({}),
  output: HallKeysView,
  rest: { method: "GET", path: "/.well-known/hall-keys.json" },
  trpc: "query",
  run: ({ hall }) => readHallKeys(hall),
});
