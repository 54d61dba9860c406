import { z } from "zod";
import { operation } from "../operation.ts";
import { HallKeysView, readHallKeys } from "./hall-keys-view.ts";

export const list = operation({
  name: "keyring.list",
  summary: "The Hall's own public keys: role, algorithm, where each lives, validity, and its sealed entries.",
  permission: "key:read",
  input: z.strictObject({}),
  output: HallKeysView,
  rest: { method: "GET", path: "/wcp/hall-keys" },
  trpc: "query",
  run: ({ hall }) => readHallKeys(hall),
});
