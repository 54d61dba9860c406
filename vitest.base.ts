import { defineConfig } from "vitest/config";

/**
 * What every package's tests share. Forks, because a worker thread's `process.env` is a copy that
 * native code (a PKCS#11 module) never sees.
 */
export default defineConfig({
  test: {
    pool: "forks",
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
