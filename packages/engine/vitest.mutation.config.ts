import { defineConfig } from "vitest/config";
import { lastingWorker } from "./mutation/lasting-worker.ts";

/** The tests that mutants are held against: the quick ones, each of which says which behaviour is broken. */
export default defineConfig({
  plugins: [lastingWorker],
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    // Thousands of random requests for each mutant would take days, and the vectors have to notice it themselves.
    exclude: ["test/differential.test.ts", "test/properties.test.ts", "test/purity.test.ts"],
    setupFiles: ["mutation/one-mutant.ts"],
    env: { FEW_RUNS: "1" },
    reporters: ["dot"],
    // Generous: it is Stryker that gives up on a mutant.
    testTimeout: 60_000,
    // One thread for all test files: the engine keeps no state that one file could leave to the next.
    isolate: false,
    maxWorkers: 1,
    coverage: {
      include: ["src/**"],
      // Types, and the list of what the package exports.
      exclude: ["src/refusal.ts", "src/index.ts"],
      reporter: ["text"],
      thresholds: { branches: 100 },
    },
  },
});
