import { defineConfig } from "vitest/config";

/** The tests that mutants are held against: the quick ones, each of which says which behaviour is broken. */
export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    // Thousands of random requests for each mutant would take days, and the vectors have to notice it themselves.
    exclude: ["test/differential.test.ts", "test/properties.test.ts", "test/purity.test.ts"],
    reporters: ["dot"],
  },
});
