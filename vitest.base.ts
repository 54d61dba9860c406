import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// Each file has a process of its own, and some start more: what one has compiled of the packages, the next one reads.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL("node_modules/.compile-cache", import.meta.url));

/**
 * What every package's tests share. Forks, because a worker thread's `process.env` is a copy that
 * native code (a PKCS#11 module) never sees.
 */
export default defineConfig({
  test: {
    pool: "forks",
    // Left to itself it keeps one core free, and of two that is half.
    maxWorkers: availableParallelism(),
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
