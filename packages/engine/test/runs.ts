/** How often a random test runs: less where thousands of mutants are each held against it. */
export function runs(many: number): number {
  return process.env.FEW_RUNS === undefined ? many : Math.ceil(many / 10);
}
