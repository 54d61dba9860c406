import { availableParallelism } from "node:os";
import { defineConfig, mergeConfig } from "vitest/config";
import base from "../../vitest.base.ts";

export default mergeConfig(
  base,
  defineConfig({
    test: {
      globalSetup: "../../packages/db/test/prepared-server.ts",
      // A Hall's file waits for its database a part of the time: one more keeps the machine busy meanwhile.
      maxWorkers: availableParallelism() + 1,
    },
  }),
);
