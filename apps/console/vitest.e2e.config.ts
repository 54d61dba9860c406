import { defineConfig } from "vitest/config";

/** A person's errands in a real browser, against a Hall that the tests start and stop. */
export default defineConfig({
  test: {
    pool: "forks",
    include: ["e2e/**/*.e2e.ts"],
    // One Hall and one browser at a time: the machine of CI has two cores.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 300_000,
  },
});
